#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <plstm/learn/certainty/fit_calibration.hpp>
#include <plstm/learn/fit_companion.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "learn/held_out/held_out_folds.hpp"

namespace plstm {

/// Networks that were trained, and how to read what they say.
struct TrainedNetworks {
  const Learner& learner;
  std::span<const TrainResult> results;  ///< those that have not finished an epoch are passed over
  std::span<const Task> tasks;
  const std::optional<TargetScaler>& scaler;
  Precision precision;
};

/// What the mean of the networks says of the things of these graphs, none of which they learnt from. Things of graph g
/// have the numbers from offsets[g] on; those whose mask is 0 are left out. An empty mask leaves out none.
HeldOutRows mean_of_networks(const TrainedNetworks& networks, std::span<const std::int32_t> graphs,
                             std::span<const std::int64_t> offsets, std::span<const std::uint8_t> mask);

/// What each network says of the graphs that it left out. All other networks have learnt from them, so that they agree
/// too well: their spreads are multiplied to be those of `typical` rows in the mean of logarithms.
HeldOutRows rows_of_folds(const TrainedNetworks& networks, std::span<const Fold> folds,
                          const HeldOutRows& typical);

/// Puts the companion's held-out predictions of `chosen` graphs beside those of the networks.
void mix_companion(const CompanionFit& companion, std::span<const std::int32_t> chosen, HeldOutRows& rows);

/// Reads kind_errors from what fit_expected_errors() holds out for `chosen` graphs.
void take_kind_errors(const CompanionFit& of_errors, std::span<const std::int32_t> chosen, HeldOutRows& rows);

/// Puts `more` behind the rows.
void append(HeldOutRows& rows, const HeldOutRows& more);

}  // namespace plstm
