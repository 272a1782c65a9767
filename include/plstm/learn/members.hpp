#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <plstm/learn/checkpoints.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm {

/// The most members of a training. All of them are in memory at the same time.
inline constexpr std::int32_t kMostMembers = 1000;

/// The seed of member i of an ensemble: `seed` itself for member 0, so that one network is the first of several.
std::uint64_t member_seed(std::uint64_t seed, std::size_t member);

/// What happens while members are trained; each may be absent.
struct MemberHooks {
  /// After each epoch of each member, one call at a time.
  std::function<void(std::int32_t member, const EpochReport&)> on_epoch = {};
  /// After each step of each member that this rank trains, one call at a time.
  std::function<void(std::int32_t member, const Trainer&)> on_step = {};
  /// Before each step, by several threads at a time; true ends the training.
  std::function<bool()> stop = {};
  /// Absent: the training cannot go on once it was stopped.
  std::optional<Checkpoints> checkpoints = {};
  /// For each member that goes on from a checkpoint, one call at a time: the epochs that it had finished.
  std::function<void(std::int32_t member, std::span<const EpochReport>)> on_resume = {};
  /// Changes the initial values of a member before it is trained, as copy_encoder() does. By several threads at a time.
  std::function<void(std::span<float>)> start = {};
};

/// Trains networks that differ in their seeds alone, side by side: member i starts from the initial values of, and
/// trains with, member_seed(options.seed, i). The bits do not depend on the number of threads, nor on how many members
/// there are, nor on the ranks (TrainOptions::ranks): each trains some members alone, or, of more ranks than members, some
/// ranks train a member together. All ranks get all results; hooks but `stop` are called by the first one, for members that
/// others have trained only when all are trained. `data` is that of all members, or it has one entry for each. Throws ConfigError unless there is a member and
/// data for it, and what train() throws.
std::vector<TrainResult> train_members(const Learner& learner, std::span<const TrainingData> data,
                                       const TrainOptions& options, std::int32_t members,
                                       const MemberHooks& hooks = {});
/// The same with one data for all.
std::vector<TrainResult> train_members(const Learner& learner, const TrainingData& data,
                                       const TrainOptions& options, std::int32_t members,
                                       const MemberHooks& hooks = {});

}  // namespace plstm
