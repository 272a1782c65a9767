#pragma once

#include "dag/train/training_run.hpp"
#include "support/results/setting_search.hpp"

namespace plstm::dag {

/// Searches settings by a cross-validation of the training and validation parts (apps::search_settings), and trains with
/// the best as run_training() does. Throws as run_training() does, and ConfigError for a run of several trainings.
RunResult run_tuning(RunOptions options, const apps::SearchOptions& search);

}  // namespace plstm::dag
