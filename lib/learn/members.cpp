#include "plstm/learn/members.hpp"

#include <filesystem>
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
                             checkpoints.seconds, checkpoints.resume});
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
  parallel_for(results.size(), 1, [&](std::size_t i) {
    const auto member = static_cast<std::int32_t>(i);
    TrainOptions own = options;
    own.seed = member_seed(options.seed, i);
    TrainHooks own_hooks;
    own_hooks.stop = hooks.stop;
    own_hooks.on_epoch = [&](const EpochReport& report) {
      if (!hooks.on_epoch) return;
      const std::lock_guard lock(reporting);
      hooks.on_epoch(member, report);
    };
    std::vector<float> first_values = initial_values<float>(*learner.layout, own.seed);
    if (hooks.start) hooks.start(first_values);
    const TrainingData& own_data = data[data.size() == 1 ? 0 : i];
    if (!hooks.checkpoints.has_value()) {
      results[i] = train(learner, std::move(first_values), own_data, own, own_hooks);
      return;
    }
    TrainingCheckpoint checkpoint = make_checkpoint(*hooks.checkpoints, member);
    Trainer trainer = checkpoint.start(learner, std::move(first_values), own_data, own);
    if (hooks.on_resume && checkpoint.resumes()) {
      const std::lock_guard lock(reporting);
      hooks.on_resume(member, trainer.history());
    }
    results[i] = run(trainer, own_hooks, checkpoint);
  });
  return results;
}

}  // namespace plstm
