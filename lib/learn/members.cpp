#include "plstm/learn/members.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <mutex>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/files/training_checkpoint.hpp>

namespace plstm {

std::uint64_t member_seed(std::uint64_t seed, std::size_t member) {
  return member == 0 ? seed : mix_seed(seed, member);
}

namespace {

namespace fs = std::filesystem;

TrainingCheckpoint make_checkpoint(const Checkpoints& checkpoints, std::int32_t member) {
  std::error_code error;
  fs::create_directories(checkpoints.folder, error);
  if (error) {
    throw FileError(
        fmt::format("{}: the folder of the checkpoints cannot be made ({}); choose one that is writable",
                    checkpoints.folder.string(), error.message()));
  }
  return TrainingCheckpoint({checkpoint_path(checkpoints.folder, member), checkpoints.notes,
                             checkpoints.seconds, checkpoints.resume, checkpoints.on_note});
}

// Ranks that train a member together. Where there are fewer ranks than members, each rank trains some alone: that needs
// no messages.
struct Groups {
  Groups(const Ranks& ranks, std::int32_t num_members)
      : members(static_cast<std::size_t>(num_members)),
        size(best_number(ranks.size(), num_members)),
        color(static_cast<int>(rank_share(static_cast<std::size_t>(size), ranks.rank(), ranks.size()))),
        own(ranks.split(color)) {}

  // The number of groups with which the last member is trained first. So many ranks are somewhat less than so many times
  // as fast as one: they wait for each other.
  static int best_number(int ranks, int num_members) {
    constexpr double kGain = 0.85;
    int best = 1;
    double least = std::numeric_limits<double>::infinity();
    for (int groups = 1; groups <= std::min(ranks, num_members); ++groups) {
      const int rounds = (num_members + groups - 1) / groups;
      const double seconds = rounds / std::pow(ranks / groups, kGain);
      if (seconds <= least) {
        least = seconds;
        best = groups;
      }
    }
    return best;
  }

  // Of one group, ascending.
  std::vector<std::size_t> members_of(int group) const {
    std::vector<std::size_t> list;
    for (auto i = static_cast<std::size_t>(group); i < members; i += static_cast<std::size_t>(size))
      list.push_back(i);
    return list;
  }

  std::size_t members;
  int size;   // number of groups
  int color;  // of this rank
  Ranks own;
};

// The lowest rank of a group.
int first_rank(const Groups& groups, int group, int ranks) {
  int rank = 0;
  while (static_cast<int>(rank_share(static_cast<std::size_t>(groups.size), rank, ranks)) != group) ++rank;
  return rank;
}

// All ranks get the results of all groups; the first one reports the epochs of the others.
void share_results(const Ranks& ranks, const Groups& groups, std::span<TrainResult> results,
                   const MemberHooks& hooks) {
  if (ranks.size() == 1) return;
  for (int group = 0; group < groups.size; ++group) {
    const int root = first_rank(groups, group, ranks.size());
    for (const std::size_t member : groups.members_of(group)) {
      TrainResult& result = results[member];
      ranks.broadcast(result.parameters, root);
      ranks.broadcast(result.history, root);
      ranks.broadcast_values(std::span(&result.best_epoch, 1), root);
      ranks.broadcast_values(std::span(&result.stopped, 1), root);
      if (!ranks.is_first() || root == 0 || !hooks.on_epoch) continue;
      for (const EpochReport& report : result.history) {
        hooks.on_epoch(static_cast<std::int32_t>(member), report);
      }
    }
  }
}

}  // namespace

std::vector<TrainResult> train_members(const Learner& learner, const TrainingData& data,
                                       const TrainOptions& options, std::int32_t members,
                                       const MemberHooks& hooks) {
  return train_members(learner, std::span(&data, 1), options, members, hooks);
}

std::vector<TrainResult> train_members(const Learner& learner, std::span<const TrainingData> data,
                                       const TrainOptions& options, std::int32_t members,
                                       const MemberHooks& hooks) {
  if (members < 1 || members > kMostMembers) {
    throw ConfigError(fmt::format("members is {}, expected 1 to {}", members, kMostMembers));
  }
  if (data.size() != 1 && std::cmp_not_equal(data.size(), members)) {
    throw ConfigError(fmt::format("there is data for {} members, expected {}", data.size(), members));
  }
  std::vector<TrainResult> results(static_cast<std::size_t>(members));
  std::mutex reporting;
  const Groups groups(options.ranks, members);
  const auto train_one = [&](std::size_t i) {
    const auto member = static_cast<std::int32_t>(i);
    TrainOptions own = options;
    own.seed = member_seed(options.seed, i);
    own.ranks = groups.own;
    TrainHooks own_hooks;
    own_hooks.stop = hooks.stop;
    own_hooks.on_epoch = [&, member](const EpochReport& report) {
      if (!hooks.on_epoch || !options.ranks.is_first()) return;
      const std::lock_guard lock(reporting);
      hooks.on_epoch(member, report);
    };
    if (hooks.on_step) {
      own_hooks.on_step = [&, member](const Trainer& trainer) {
        if (!options.ranks.is_first()) return;
        const std::lock_guard lock(reporting);
        hooks.on_step(member, trainer);
      };
    }
    std::vector<float> first_values = initial_values<float>(*learner.layout, own.seed);
    if (hooks.start) hooks.start(first_values);
    const TrainingData& own_data = data[data.size() == 1 ? 0 : i];
    if (!hooks.checkpoints.has_value()) {
      results[i] = train(learner, std::move(first_values), own_data, own, own_hooks);
      return;
    }
    TrainingCheckpoint checkpoint = make_checkpoint(*hooks.checkpoints, member);
    Trainer trainer = checkpoint.start(learner, std::move(first_values), own_data, own);
    if (hooks.on_resume && options.ranks.is_first() && checkpoint.resumes()) {
      const std::lock_guard lock(reporting);
      hooks.on_resume(member, trainer.history());
    }
    results[i] = run(trainer, own_hooks, checkpoint);
  };
  const std::vector<std::size_t> own_members = groups.members_of(groups.color);
  if (groups.own.size() == 1) {
    parallel_for(own_members.size(), 1, [&](std::size_t k) { train_one(own_members[k]); });
  } else {
    for (const std::size_t member : own_members) train_one(member);
  }
  share_results(options.ranks, groups, results, hooks);
  return results;
}

}  // namespace plstm
