#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/learn/features.hpp>
#include <plstm/learn/row_labels.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm::bench {

enum class DataKind { kTu, kMolecules };

/// A data set in memory, ready for every model. Entry i is graph or row i of its files; a row that cannot be
/// used has an empty graph and no label.
struct BenchData {
  std::string name;
  DataKind kind = DataKind::kTu;
  TaskType task = TaskType::kRegression;
  Index classes = 0;  ///< multiclass only
  std::vector<std::string> target_names;
  std::vector<std::int32_t> node_vocabulary_sizes, edge_vocabulary_sizes;
  std::int32_t node_value_width = 0, edge_value_width = 0, graph_value_width = 0;
  std::vector<PreparedGraph> graphs;
  std::vector<std::int32_t> usable_rows;                 ///< ascending
  Matrix<float> targets;                                 ///< [rows, tasks]
  Matrix<std::uint8_t> present;                          ///< [rows, tasks]
  Index fingerprint_bits = 0;                            ///< length of the fingerprints
  std::vector<std::vector<std::uint32_t>> fingerprints;  ///< molecules, if asked for
  std::vector<std::vector<LabelCount>> substructures;    ///< if asked for: subtree labels or structural keys
  Matrix<float> forest_values;                           ///< [rows, any], if asked for: for forests alone
  std::vector<std::string> scaffolds;                    ///< molecules, if asked for
  std::string note;                                      ///< what a user should know of it, in a line

  std::int32_t num_rows() const { return static_cast<std::int32_t>(graphs.size()); }
  RowLabels labels() const {
    return {task,
            classes,
            {targets.data(), targets.rows(), targets.cols()},
            {present.data(), present.rows(), present.cols()}};
  }
  bool has_edge_features() const { return edge_value_width > 0 || !edge_vocabulary_sizes.empty(); }
};

/// The task that the user asked for, or else the one that fits the labels: yes or no if all of them are 0 or
/// 1, numbers otherwise. Throws ConfigError for another name, FileError naming a label that is none.
TaskType choose_task(const BenchData& data, const std::string& asked);

/// A digest of the graphs, their features and their labels. It changes whenever one of them does.
std::string digest_of(const BenchData& data);

}  // namespace plstm::bench
