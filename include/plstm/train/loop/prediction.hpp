#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/ranks/ranks.hpp>
#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/train/loop/learner.hpp>

namespace plstm {

/// Outputs [things of the given samples, outputs], row-major, sample after sample, in parallel; as the model gives them
/// (see finish_predictions). Of several ranks each computes a part, and all get all. Memory for a few samples a thread only.
///
/// Throws ConfigError for a sample that the learner does not have and for a precision that this machine lacks,
/// TrainingError naming the sample if an output is not finite, and what Learner::check throws.
std::vector<float> predict(const Learner& learner, std::span<const float> parameters,
                           std::span<const std::int32_t> samples, Precision precision = Precision::kFloat,
                           const Ranks& ranks = {});

}  // namespace plstm
