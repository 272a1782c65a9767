#include "plstm/train/loop/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/train/loop/gradient_clip.hpp>

#include "validation.hpp"

namespace plstm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<DecayRange> decay_ranges(const ParameterLayout& layout) {
  std::vector<DecayRange> ranges;
  for (const ParameterInfo& info : layout.infos()) {
    if (info.decays) ranges.push_back({info.offset, info.size});
  }
  return ranges;
}

TrainerState first_state(const Learner& learner, std::vector<float> parameters, const TrainingData& data,
                         const TrainOptions& options) {
  check_options(options);
  check_data(learner, data);
  check_size("train", "parameters", std::ssize(parameters),
             static_cast<std::int64_t>(learner.layout->total_size()));
  TrainerState state;
  state.fingerprint = make_fingerprint(learner, data, options);
  state.parameters = std::move(parameters);
  state.optimizer = AdamW<float>(learner.layout->total_size(), options.adamw).state();
  state.order.assign(data.train.begin(), data.train.end());
  return state;
}

std::int64_t count_steps(const TrainingData& data, const TrainOptions& options) {
  return (std::ssize(data.train) + options.batch_size - 1) / options.batch_size;
}

TrainerState checked(TrainerState state, const Learner& learner, const TrainingData& data,
                     const TrainOptions& options) {
  check_options(options);
  check_data(learner, data);
  check_state(state, make_fingerprint(learner, data, options), learner, data);
  if (state.steps < 0 || state.steps >= count_steps(data, options)) {
    throw ShapeError(fmt::format("TrainerState: {} steps of an epoch are done, expected 0..{}", state.steps,
                                 count_steps(data, options) - 1));
  }
  return state;
}

ScheduleOptions schedule_of(std::int64_t steps, const TrainOptions& options) {
  const std::int64_t total = steps * options.epochs;
  const auto warmup = std::llround(options.warmup_epochs * static_cast<double>(steps));
  return {options.learning_rate, 0.0, std::min<std::int64_t>(total, warmup), total};
}

}  // namespace

Trainer::Trainer(Learner learner, std::vector<float> parameters, const TrainingData& data,
                 const TrainOptions& options)
    : Trainer(Checked{}, learner, data, options, first_state(learner, std::move(parameters), data, options)) {
}

Trainer::Trainer(Learner learner, const TrainingData& data, const TrainOptions& options, TrainerState state)
    : Trainer(Checked{}, learner, data, options, checked(std::move(state), learner, data, options)) {}

Trainer::Trainer(Checked /*tag*/, Learner learner, const TrainingData& data, const TrainOptions& options,
                 TrainerState state)
    : learner_(std::move(learner)),
      data_(data),
      options_(options),
      offsets_(thing_offsets(learner_)),
      steps_per_epoch_(count_steps(data, options)),
      schedule_(schedule_of(steps_per_epoch_, options)),
      decay_(decay_ranges(*learner_.layout)),
      training_step_(learner_, options.loss, std::min(options.shard_size, options.batch_size),
                     options.precision, options.memory, options.ranks),
      optimizer_(std::move(state.optimizer), options.adamw),
      average_(options.average_epochs * static_cast<double>(steps_per_epoch_), std::move(state.average)),
      stopping_(direction(options.metric), options.patience, state.stopping),
      state_(std::move(state)) {
  check_equal_ranks(options_.ranks, state_);
}

bool Trainer::finished() const noexcept {
  return state_.epochs >= options_.epochs || (state_.epochs > 0 && stopping_.should_stop());
}

std::span<const float> Trainer::judged() const noexcept {
  return options_.average_epochs > 0 && !average_.values().empty() ? average_.values() : parameters();
}

std::optional<EpochReport> Trainer::step() {
  if (finished()) throw TrainingError("Trainer::step: the training is finished");
  const Clock::time_point start = Clock::now();
  const std::int64_t epoch = state_.epochs;
  const std::int64_t i = state_.steps;
  const std::uint64_t epoch_seed = mix_seed(options_.seed, static_cast<std::uint64_t>(epoch));
  if (i == 0) {
    Random random(epoch_seed);
    shuffle(state_.order, random);
  }
  const std::int64_t begin = i * options_.batch_size;
  const std::int64_t size = std::min(options_.batch_size, std::ssize(state_.order) - begin);
  const auto batch = std::span<const std::int32_t>(state_.order)
                         .subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
  const LossResult loss = training_step_.run(state_.parameters, data_, batch,
                                             mix_seed(epoch_seed, static_cast<std::uint64_t>(i)));
  const double norm = clip_gradient_norm<float>(training_step_.gradient(), options_.clip_norm);
  if (!std::isfinite(loss.sum) || !std::isfinite(norm)) {
    throw TrainingError(
        fmt::format("training: epoch {}, step {} of {}: the {} is not finite; try a lower learning "
                    "rate or look for extreme values in the data",
                    epoch + 1, i + 1, steps_per_epoch_, std::isfinite(loss.sum) ? "gradient" : "loss"));
  }
  state_.learning_rate = cosine_schedule(schedule_, epoch * steps_per_epoch_ + i);
  optimizer_.step(state_.parameters, training_step_.gradient(), decay_, state_.learning_rate, options_.rates);
  if (options_.average_epochs > 0) average_.add(state_.parameters);
  state_.loss_sum += loss.sum;
  state_.loss_weight += loss.weight;
  ++state_.steps;
  const double seconds = seconds_since(start);
  if (state_.steps == steps_per_epoch_) return finish_epoch(seconds);
  state_.epoch_seconds += seconds;
  return std::nullopt;
}

EpochReport Trainer::finish_epoch(double step_seconds) {
  const Clock::time_point start = Clock::now();
  const double training_seconds = state_.epoch_seconds + step_seconds;
  EpochReport report;
  report.epoch = state_.epochs + 1;
  report.learning_rate = state_.learning_rate;
  report.train_loss = state_.loss_weight > 0 ? state_.loss_sum / state_.loss_weight
                                             : std::numeric_limits<double>::quiet_NaN();
  report.samples_per_second = static_cast<double>(state_.order.size()) / training_seconds;
  validate(learner_, training_step_.tapes(), offsets_, judged(), data_, options_, report);
  // The labels decide whether metric and loss are defined. Where neither is, no epoch can be judged: the last one is
  // kept, and patience never ends the training.
  const bool judges_nothing = std::isnan(report.validation_metric) && std::isnan(report.validation_loss);
  report.best = judges_nothing || stopping_.observe(report.validation_metric, report.validation_loss);
  if (report.best) {
    state_.best.assign(judged().begin(), judged().end());
    state_.best_epoch = report.epoch;
  }
  report.seconds = training_seconds + seconds_since(start);
  state_.seconds += report.seconds;
  ++state_.epochs;
  report.seconds_left = state_.seconds / static_cast<double>(state_.epochs) *
                        static_cast<double>(options_.epochs - state_.epochs);
  state_.history.push_back(report);
  state_.steps = 0;
  state_.loss_sum = state_.loss_weight = state_.epoch_seconds = 0;
  return report;
}

EpochReport Trainer::run_epoch() {
  for (;;) {
    if (const std::optional<EpochReport> report = step()) return *report;
  }
}

TrainerState Trainer::state() const {
  TrainerState state = state_;
  state.optimizer = optimizer_.state();
  state.average = average_.state();
  state.stopping = stopping_.state();
  return state;
}

TrainResult Trainer::result() const {
  const std::span<const float> best = state_.best.empty() ? judged() : best_parameters();
  return {{best.begin(), best.end()}, state_.best_epoch, state_.history, false};
}

TrainResult run(Trainer& trainer, const TrainHooks& hooks) {
  const Ranks& ranks = trainer.ranks();
  while (!trainer.finished()) {
    if (ranks.any(hooks.stop && hooks.stop())) {
      TrainResult result = trainer.result();
      result.stopped = true;
      return result;
    }
    const std::optional<EpochReport> report = trainer.step();
    if (!ranks.is_first()) continue;
    if (report.has_value()) {
      if (hooks.on_best && trainer.best_epoch() == report->epoch) hooks.on_best(trainer.best_parameters());
      if (hooks.on_epoch) hooks.on_epoch(*report);
    }
    if (hooks.on_step) hooks.on_step(trainer);
  }
  return trainer.result();
}

TrainResult train(const Learner& learner, std::vector<float> parameters, const TrainingData& data,
                  const TrainOptions& options, const TrainHooks& hooks) {
  Trainer trainer(learner, std::move(parameters), data, options);
  return run(trainer, hooks);
}

TrainResult train(const Learner& learner, std::vector<float> parameters, const TrainingData& data,
                  const TrainOptions& options, const std::function<void(const EpochReport&)>& on_epoch,
                  const std::function<void(std::span<const float>)>& on_best) {
  return train(learner, std::move(parameters), data, options,
               TrainHooks{.on_epoch = on_epoch, .on_best = on_best});
}

}  // namespace plstm
