#pragma once

#include <exception>
#include <functional>
#include <optional>

#include <plstm/data/split.hpp>
#include <plstm/learn/held_out_models.hpp>
#include <plstm/learn/run_record.hpp>

#include "models.hpp"

namespace plstm::bench {

/// What a run gives besides its identity.
struct RunOutcome {
  std::vector<MetricScore> scores;  ///< reported_metrics() of the task
  HeldOut predictions;
};

/// Trains models on the training rows of a split and judges them on its validation and test rows. The validation rows
/// choose the epoch, the penalty or the weight. Parts that models have in common, as `plstm` and `plstm+forest` have, are
/// trained once, when the first of them needs them. Equal arguments give equal bits, whichever models are asked for
/// before. The arguments of the constructor must outlive the object.
class SplitRun {
 public:
  using OnEpoch = std::function<void(const EpochReport&)>;

  /// `settings` are those of the network.
  SplitRun(const BenchData& data, const RunSettings& settings, const Split& split, std::uint64_t seed,
           OnEpoch on_epoch);

  /// Throws TrainingError where training cannot go on.
  RunOutcome outcome_of(const ModelInfo& model);

 private:
  HeldOut predictions_of(const ModelInfo& model);
  const HeldOut& network();
  const HeldOut& forest();

  const BenchData& data_;
  const RunSettings& settings_;
  const Split& split_;
  std::uint64_t seed_;
  OnEpoch on_epoch_;
  std::optional<HeldOut> network_, forest_;
  std::exception_ptr network_failure_;  // a second training would fail in the same way
};

}  // namespace plstm::bench
