#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <plstm/train/loop/trainer.hpp>
#include <plstm/train/loop/trainer_state.hpp>

namespace plstm {

/// The seed of member i of an ensemble: `seed` itself for member 0, so that one network is the first of several.
std::uint64_t member_seed(std::uint64_t seed, std::size_t member);

/// What happens while members are trained; each may be empty.
struct MemberHooks {
  /// After each epoch of each member, one call at a time.
  std::function<void(std::int32_t member, const EpochReport&)> on_epoch = {};
  /// Before each step, by several threads at a time; true ends the training.
  std::function<bool()> stop = {};
  /// Before a member's first step, by several threads at a time: the state from which it goes on, or nothing for a
  /// member that starts anew.
  std::function<std::optional<TrainerState>(std::int32_t member)> start = {};
  /// After a member has got such a state, one call at a time: the epochs that it had finished.
  std::function<void(std::int32_t member, std::span<const EpochReport>)> on_resume = {};
  /// After each step of a member, and after its last one, stopped or not; by several threads at a time.
  std::function<void(std::int32_t member, const Trainer&)> on_step = {}, on_end = {};
};

/// Trains networks that differ in their seeds alone, side by side: member i starts from the initial values of, and
/// trains with, member_seed(options.seed, i). The bits do not depend on the number of threads, nor on how many members
/// there are. Throws ConfigError unless there is a member, and what train() throws.
std::vector<TrainResult> train_members(const Learner& learner, const TrainingData& data,
                                       const TrainOptions& options, std::int32_t members,
                                       const MemberHooks& hooks = {});

}  // namespace plstm
