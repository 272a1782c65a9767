#pragma once

#include <exception>
#include <functional>
#include <optional>

#include <plstm/data/split.hpp>

#include "models.hpp"
#include "run_record.hpp"

namespace plstm::bench {

/// What one model says of the rows of validation and test: values in users' units, or probabilities.
struct Predictions {
  Matrix<float> validation, test;  ///< [rows, outputs]
  std::int64_t best_epoch = 0;     ///< 0 for models without epochs
  std::int64_t parameters = 0;
  double seconds = 0;  ///< of training and predicting
};

/// What a run gives besides its identity.
struct RunOutcome {
  std::vector<MetricScore> scores;  ///< reported_metrics() of the task
  Predictions predictions;
};

/// Trains models on the rows of `split.train`, lets those of validation choose the epoch (or the penalty, or
/// a weight), and judges both on validation and test rows. What models of one network have in common, as
/// `plstm` and `plstm+forest` have, is trained once, when the first of them asks. Equal arguments give equal
/// bits, whoever else asks. What it is made of must outlive it.
class SplitRun {
 public:
  using OnEpoch = std::function<void(const EpochReport&)>;

  /// `settings` are those of the network.
  SplitRun(const BenchData& data, const RunSettings& settings, const Split& split, std::uint64_t seed,
           OnEpoch on_epoch);

  /// Throws TrainingError where training cannot go on.
  RunOutcome outcome_of(const ModelInfo& model);

 private:
  Predictions predictions_of(const ModelInfo& model);
  const Predictions& network();
  const Predictions& forest();

  const BenchData& data_;
  const RunSettings& settings_;
  const Split& split_;
  std::uint64_t seed_;
  OnEpoch on_epoch_;
  std::optional<Predictions> network_, forest_;
  std::exception_ptr network_failure_;  // it would fail again
};

}  // namespace plstm::bench
