#pragma once

#include <functional>

#include <plstm/data/split.hpp>

#include "models.hpp"
#include "run_record.hpp"

namespace plstm::bench {

/// What a run gives besides its identity.
struct RunOutcome {
  std::vector<MetricScore> scores;  ///< reported_metrics() of the task
  std::int64_t best_epoch = 0;      ///< 0 for models without epochs
  std::int64_t parameters = 0;
  Matrix<float> test_predictions;  ///< [test rows, outputs], values or probabilities
};

/// Trains on the rows of `split.train`, lets those of validation choose the epoch (or the penalty), and
/// judges both on validation and test rows. Equal arguments give equal bits. Throws TrainingError where
/// training cannot go on.
RunOutcome run_model(const BenchData& data, const ModelInfo& model, const RunSettings& settings,
                     const Split& split, std::uint64_t seed,
                     const std::function<void(const EpochReport&)>& on_epoch);

}  // namespace plstm::bench
