#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/precision.hpp>
#include <plstm/core/ranks/ranks.hpp>
#include <plstm/train/loop/learner.hpp>
#include <plstm/train/loop/tape_pool.hpp>

namespace plstm {

/// predict() without its checks: the samples exist and pass Learner::check, and an output may be anything. Validation
/// uses it, because an epoch whose outputs are not finite is a bad epoch, but no reason to give up. The tapes are of this
/// learner.
std::vector<float> outputs_of(const Learner& learner, TapePool& tapes, std::span<const float> parameters,
                              std::span<const std::int32_t> samples, Precision precision, const Ranks& ranks);

}  // namespace plstm
