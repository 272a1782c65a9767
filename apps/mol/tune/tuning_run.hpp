#pragma once

#include "mol/train/training_run.hpp"
#include "support/results/setting_search.hpp"

namespace plstm::mol {

/// Searches settings by a cross-validation of the training and validation rows (learn/tuning/tune.hpp), and trains with
/// the best as run_training() does. The folder also gets tuning.csv, and tuning.json with the trainings of the search,
/// so that
/// --resume goes on where it was. Throws as run_training() does, and ConfigError for a run of several trainings.
RunResult run_tuning(RunOptions options, const apps::SearchOptions& search);

}  // namespace plstm::mol
