#pragma once

#include <optional>
#include <vector>

#include "report.hpp"
#include "run_options.hpp"

namespace plstm::mol {

/// What a run gives back for the terminal.
struct RunResult {
  /// The run was finished before, and nothing was done.
  bool was_finished = false;
  std::vector<Metric> metrics;    ///< of the scores
  std::vector<NamedScores> test;  ///< the model first, then the baselines; empty without test rows
};

/// Loads, splits, trains the ensemble, tests it, and makes it the run of the output folder: config.json, splits.json,
/// metrics.csv, model.safetensors, test_predictions.csv, test_scores.json, report.html and manifest.json. A run that fails or is
/// killed leaves the former one as it was, and a checkpoint from which --resume goes on. Throws apps::Stopped after
/// Ctrl-C or SIGTERM.
RunResult run_training(RunOptions options);

}  // namespace plstm::mol
