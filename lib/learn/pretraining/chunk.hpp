#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/learn/pretraining/pretraining_set.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/loop/learner.hpp>

namespace plstm {

/// The most blocks that are in memory at a time.
inline constexpr std::int32_t kChunkBlocks = 64;

/// Blocks in pieces of kChunkBlocks, in order; views of `blocks`.
std::vector<std::span<const std::int32_t>> chunks_of(std::span<const std::int32_t> blocks);

/// Some blocks of a set, in memory. Reused, it keeps its memory.
struct Chunk {
  /// Of a fixed size, which a learner may hold on to; `count` are in use. chunk_learner() adds the layouts to those that
  /// it reads: of many ranks, each needs few of them.
  std::vector<PreparedGraph> graphs;
  std::vector<std::uint8_t> prepared;  ///< [graphs]
  std::vector<float> targets;          ///< [graphs, K], 0 where missing
  std::vector<std::uint8_t> present;   ///< [graphs, K]
  std::int64_t count = 0;
};

/// Which of its targets a graph is asked for.
struct AskOptions {
  double least = 1, most = 1;  ///< share; 1: all
  std::uint64_t seed = 0;
};

/// Reads blocks, in parallel. The graphs are in the order of the blocks. A graph's questions depend on the
/// seed, its block and its place alone.
void read_chunk(const PretrainingSet& set, std::span<const std::int32_t> blocks, const AskOptions& ask,
                Chunk& chunk);

/// The graphs of a chunk, as they are when they are asked for. Calls at the same time must be for different graphs. Model
/// and chunk must outlive the learner.
Learner chunk_learner(const GraphModel& model, Chunk& chunk);

}  // namespace plstm
