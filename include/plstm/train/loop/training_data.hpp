#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/objectives/target_scaler.hpp>

namespace plstm {

/// The labels of a learner's samples, and which samples train. All views must outlive the call.
///
/// A row of labels belongs to a thing (see Learner). The things of all samples are numbered sample after sample; where
/// every sample has one thing, things and samples are the same.
struct TrainingData {
  ConstMatrixMap<float> targets;  ///< [things, tasks], as the loss wants them (standardised, 0/1, class)
  ConstMatrixMap<std::uint8_t> present;      ///< [things, tasks], 0 where a label is missing
  std::span<const std::int32_t> train;       ///< samples to learn from
  std::span<const std::int32_t> validation;  ///< samples that choose the epoch; may be empty
  const TargetScaler* scaler = nullptr;      ///< undone before metrics, so that they are in the users' units
  /// Things that train or validate within these samples: [things], 0 where one does not. Empty: all do. A graph whose
  /// nodes are divided stands in both lists of samples, with masks that differ.
  std::span<const std::uint8_t> train_mask = {}, validation_mask = {};
  std::span<const float> weights = {};  ///< [things] of the losses; empty: 1
  /// [things, tasks] 1 where a target of regression says at least what the value is, -1 where it says at most, else 0;
  /// empty: 0. Losses learn them as bounds (loss_and_gradient), and metrics leave them out.
  std::span<const std::int8_t> bounds = {};
};

/// The things of sample s are thing_offsets(...)[s] .. thing_offsets(...)[s + 1] - 1; empty if every sample has one.
std::vector<std::int64_t> thing_offsets(const Learner& learner);

/// Throws ConfigError, beginning with the name of the function, for a sample that the learner does not have, and what
/// Learner::check throws.
void check_samples(const char* function, const Learner& learner, std::span<const std::int32_t> samples);

/// Throws ShapeError if an array has another size than the things of the learner; TrainingError if there is nothing to
/// train on or a weight is negative or not finite; what check_samples throws for a sample of the split.
void check_data(const Learner& learner, const TrainingData& data);

}  // namespace plstm
