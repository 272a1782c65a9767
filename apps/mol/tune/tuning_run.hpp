#pragma once

#include <cstdint>

#include <plstm/learn/tuning/candidate.hpp>

#include "mol/train/training_run.hpp"

namespace plstm::mol {

/// What the user says about a search.
struct SearchOptions {
  double minutes = 0;           ///< for the search; 0: no limit
  std::int32_t candidates = 0;  ///< settings to try; 0: as many as the time allows
  std::int32_t folds = 4;
  SearchSpace space;  ///< without what the user has fixed
};

/// Searches settings by a cross-validation of the training and validation rows (learn/tuning/tune.hpp), and trains with
/// the best as run_training() does. The folder also gets tuning.csv, and tuning.json with the trainings of the search,
/// so that
/// --resume goes on where it was. Throws as run_training() does, and ConfigError for a run of several trainings.
RunResult run_tuning(RunOptions options, const SearchOptions& search);

}  // namespace plstm::mol
