#include "plstm/learn/members.hpp"

#include <mutex>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>

namespace plstm {

std::uint64_t member_seed(std::uint64_t seed, std::size_t member) {
  return member == 0 ? seed : mix_seed(seed, member);
}

namespace {

Trainer make_trainer(const Learner& learner, const TrainingData& data, const TrainOptions& options,
                     std::optional<TrainerState> state) {
  if (state.has_value()) return Trainer(learner, data, options, std::move(*state));
  return Trainer(learner, initial_values<float>(*learner.layout, options.seed), data, options);
}

}  // namespace

std::vector<TrainResult> train_members(const Learner& learner, const TrainingData& data,
                                       const TrainOptions& options, std::int32_t members,
                                       const MemberHooks& hooks) {
  if (members < 1) throw ConfigError(fmt::format("members is {}, expected 1 or more", members));
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
    own_hooks.on_step = [&](const Trainer& trainer) {
      if (hooks.on_step) hooks.on_step(member, trainer);
    };
    Trainer trainer = make_trainer(learner, data, own, hooks.start ? hooks.start(member) : std::nullopt);
    if (hooks.on_resume && !trainer.history().empty()) {
      const std::lock_guard lock(reporting);
      hooks.on_resume(member, trainer.history());
    }
    results[i] = run(trainer, own_hooks);
    if (hooks.on_end) hooks.on_end(member, trainer);
  });
  return results;
}

}  // namespace plstm
