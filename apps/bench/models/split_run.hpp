#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <plstm/data/split.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>
#include <plstm/learn/run_record.hpp>

#include "models.hpp"

namespace plstm::bench {

/// What a run gives besides its identity.
struct RunOutcome {
  std::vector<MetricScore> scores;  ///< reported_metrics() of the task
  HeldOut predictions;
};

/// How a run is watched and stopped; functions may be empty.
struct RunControl {
  /// Of networks with one member, those with a companion or those without.
  std::function<void(bool with_companion, const EpochReport&)> on_epoch;
  std::function<bool()> stop;         ///< true ends the run; called by several threads at a time
  std::filesystem::path checkpoints;  ///< folder for the states of the networks, which it resumes
  double checkpoint_seconds = 60;     ///< between two states
  /// States that cannot be used, with the reason; the network is then trained from the beginning.
  std::function<void(const std::string& reason)> on_bad_checkpoint;
};

/// Trains models on the training rows of a split and judges them on its validation and test rows. The validation rows
/// choose the epoch, the penalty or the weight. Parts that models have in common, as `plstm` and `plstm+forest` have, are
/// trained once, when the first of them needs them. Networks with a companion are others than those without: each leaves
/// out a part of the training rows. Equal arguments give equal bits, whichever models are asked for
/// before. The arguments of the constructor must outlive the object.
class SplitRun {
 public:
  /// `settings` are those of the network.
  SplitRun(const BenchData& data, const RunSettings& settings, const Split& split, std::uint64_t seed,
           RunControl control);

  /// Throws TrainingError where training cannot go on, StoppedError after a stop.
  RunOutcome outcome_of(const ModelInfo& model);

 private:
  // A part that models have in common; the failure of one is that of all.
  struct Part {
    std::optional<HeldOut> predictions;
    std::exception_ptr failure;  // a second training would fail in the same way
  };

  HeldOut predictions_of(const ModelInfo& model);
  HeldOut train_network(bool with_companion) const;
  const HeldOut& network(bool with_companion);
  const HeldOut& forest();

  const BenchData& data_;
  const RunSettings& settings_;
  const Split& split_;
  std::uint64_t seed_;
  RunControl control_;
  Part network_, with_companion_;
  std::optional<HeldOut> forest_;
};

}  // namespace plstm::bench
