#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/split.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/protocol.hpp>
#include <plstm/train/objectives/task.hpp>

#include "run_options.hpp"
#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

/// The data of a training run.
struct LearningData {
  Dataset data;                        ///< without its graphs
  LabeledGraphs graphs;                ///< of the good rows
  std::vector<std::int32_t> graph_of;  ///< [rows] the graph of a row, -1 for a bad one
  std::vector<Task> tasks;             ///< one for each target
  Protocol protocol;                   ///< the splits of the good rows, and the trainings on them
  Split split;                         ///< that of the present training; at first that of the first one
  std::string sha256;                  ///< of the file; empty if it can be read only once, like a pipe
  std::string rows_sha256;             ///< of what was read from it
  std::vector<std::string> notes;      ///< what the user should know of them, a sentence each

  std::vector<std::int32_t> graphs_of(std::span<const std::int32_t> rows) const;
};

/// Reads, labels and splits the data. Throws FileError or ConfigError in the words of the command line.
LearningData load_learning_data(const RunOptions& options);

}  // namespace plstm::mol
