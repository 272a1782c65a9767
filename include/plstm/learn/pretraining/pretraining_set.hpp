#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>

namespace plstm {

/// What all graphs of a pretraining set have in common.
struct PretrainingHeader {
  std::vector<std::string> target_names;  ///< [K]
  std::vector<double> mean, scale;        ///< [K] a target is stored as (value - mean) / scale
  std::vector<std::int32_t> node_vocabulary_sizes, edge_vocabulary_sizes;  ///< at most 256 codes a column
  std::string featurizer;                                                  ///< as in TrainedModel
  std::string source;  ///< names what the set is made of, so that no other is taken for it; may be empty

  bool operator==(const PretrainingHeader&) const = default;
};

/// Standardised targets lie in -kTargetLimit .. kTargetLimit: a descriptor that is far out says no more than that.
inline constexpr float kTargetLimit = 6;

/// Mean and deviation of each column of [rows, K] values, without those that are NaN. A column that is constant or
/// empty has scale 1. Throws ShapeError if the values do not fill rows.
void measure_targets(std::span<const float> values, PretrainingHeader& header);

/// Graphs with many targets, in one compact file: graphs of codes (no real values) with at most 65535 nodes and edges,
/// and each target as one byte. The file consists of blocks that are packed each on its own, so that neither writer nor
/// readers need memory for more than some blocks.
inline constexpr std::int64_t kBlockGraphs = 64;

/// The graphs of one block.
struct PretrainingBlock {
  std::vector<AttributedGraph> graphs;
  std::vector<float>
      targets;  ///< [graphs, K], standardised, in steps of kTargetLimit / 127; NaN where missing
};

/// Writes a set block by block, into "<path>.unfinished" until finish() gives it its name. A writer that was stopped or
/// killed can go on after the last call of add() that is whole in the file. One thread at a time.
class PretrainingWriter {
 public:
  /// Begins a set, or goes on with an unfinished one of equal header if `resume`. Throws FileError naming the file if it
  /// cannot be written, or if an unfinished set of another header is there and `resume` asks for it.
  PretrainingWriter(const std::filesystem::path& path, const PretrainingHeader& header, bool resume = false);
  ~PretrainingWriter();
  PretrainingWriter(PretrainingWriter&&) noexcept;
  PretrainingWriter& operator=(PretrainingWriter&&) noexcept;

  /// Rows of the input that the blocks so far were made from: what finish() and add() were told last.
  std::int64_t rows_read() const noexcept;
  std::int64_t num_graphs() const noexcept;

  /// Adds [graphs, K] values, not standardised, NaN where missing, in blocks of kBlockGraphs, packed in parallel. A
  /// call's last block may be smaller. Throws ShapeError for other sizes and for a graph that the format cannot hold,
  /// FileError if the file cannot be written.
  void add(std::span<const AttributedGraph> graphs, std::span<const float> values, std::int64_t rows_read);

  /// Ends the set and renames it. Throws FileError.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The header of an unfinished set at this path, so that a writer can go on with it; throws FileError if there is none.
PretrainingHeader read_unfinished_header(const std::filesystem::path& path);

/// Reads a finished set. Memory: some bytes a block. A const object may be shared between threads.
class PretrainingSet {
 public:
  /// Throws FileError naming the file if it is no set, is not finished, or is cut off.
  explicit PretrainingSet(const std::filesystem::path& path);
  ~PretrainingSet();
  PretrainingSet(PretrainingSet&&) noexcept;
  PretrainingSet& operator=(PretrainingSet&&) noexcept;

  const PretrainingHeader& header() const noexcept;
  std::int64_t num_graphs() const noexcept;
  std::int32_t num_blocks() const noexcept;
  std::int32_t graphs_in(std::int32_t block) const;

  /// Throws FileError naming the file if the block is damaged.
  PretrainingBlock read(std::int32_t block) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plstm
