#pragma once

#include <string>
#include <vector>

#include "run_options.hpp"
#include "support/results/scores.hpp"

namespace plstm::dag {

/// What a run gives back for the terminal.
struct RunResult {
  bool was_finished = false;  ///< the run was finished before, and nothing was done
  std::vector<Metric> metrics;
  std::vector<apps::NamedScores> test;  ///< the networks first, then the baselines; empty without test things
};

/// Reads, divides, trains, tests, and makes it the run of the output folder: config.json, schema.json, splits.json,
/// metrics.csv, model.safetensors, test_predictions.csv, test_scores.json and manifest.json. A run that fails or is
/// killed leaves the former one as it was, and a checkpoint from which --resume goes on. Throws apps::Stopped after Ctrl-C
/// or SIGTERM.
RunResult run_training(const RunOptions& options);

}  // namespace plstm::dag
