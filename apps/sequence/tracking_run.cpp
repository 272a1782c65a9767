#include "tracking_run.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/train/files/language_model_file.hpp>
#include <plstm/train/loop/sequence_learner.hpp>

#include "group_task.hpp"
#include "support/resume.hpp"

namespace plstm::sequence {
namespace {

// Streams of the random numbers. Training, validation and test sequences are drawn from different streams.
enum Stream : std::uint64_t { kTrainStream = 1, kValidationStream, kTestStream, kLongStream };

std::vector<std::int32_t> numbers_up_to(std::int64_t count) {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

void append(TrackingSet& set, const TrackingSet& more) {
  const auto shift = std::ssize(set.tokens);
  for (const std::int64_t start : more.starts) set.starts.push_back(start + shift);
  set.tokens.insert(set.tokens.end(), more.tokens.begin(), more.tokens.end());
  set.targets.insert(set.targets.end(), more.targets.begin(), more.targets.end());
  set.present.insert(set.present.end(), more.present.begin(), more.present.end());
}

struct Accuracy {
  double all = 0;
  double last = 0;
};

// Share of right answers at all positions except the first, which has no target, and at the last position.
Accuracy accuracy_on(const LanguageModel& model, std::span<const float> parameters, const TrackingSet& set) {
  const auto samples = static_cast<std::int64_t>(set.starts.size());
  const std::vector<float> outputs =
      predict(sequence_learner(model, {set.tokens, set.starts, static_cast<Index>(set.positions)}),
              parameters, numbers_up_to(samples));
  const Index classes = model.config.outputs;
  std::int64_t right = 0;
  std::int64_t right_at_end = 0;
  for (std::int64_t i = 0; i < samples * set.positions; ++i) {
    if (i % set.positions == 0) continue;
    const float* logits = outputs.data() + i * classes;
    const auto guess = static_cast<float>(std::max_element(logits, logits + classes) - logits);
    if (guess != set.targets[static_cast<std::size_t>(i)]) continue;
    ++right;
    if ((i + 1) % set.positions == 0) ++right_at_end;
  }
  return {static_cast<double>(right) / static_cast<double>(samples * (set.positions - 1)),
          static_cast<double>(right_at_end) / static_cast<double>(samples)};
}

}  // namespace

LanguageModelConfig tracking_model(const TrackingSettings& s) {
  const GroupTask task = make_group_task(s.task);
  LanguageModelConfig config;
  config.vocabulary = task.order + 1;
  config.outputs = task.order;
  config.block = SequenceBlockKind::kPostUp;
  config.width = s.width;
  config.blocks = s.blocks;
  config.heads = s.heads;
  config.tracking = {.state = s.state, .key = 1, .value = s.state, .output = s.state, .query = 1};
  config.sub_head_width = 0;
  config.taps = s.taps;
  config.gate_weights = true;
  config.passthrough = true;
  config.eigenvalues = s.eigenvalues;
  config.norm = s.norm;
  config.gates.weight_std = 0.1;
  config.transition.weight_std = s.transition_std / std::sqrt(static_cast<double>(s.width));
  config.transition.matrix_std = s.transition_std / std::sqrt(static_cast<double>(s.width));
  config.soft_cap = 0;
  return config;
}

TrainingFingerprint training_settings(const TrackingSettings& s) {
  TrainingFingerprint settings = apps::settings_of_json(to_json(tracking_model(s)));
  settings.emplace("plstm", PLSTM_VERSION);
  settings.emplace("task", s.task);
  settings.emplace("length", fmt::to_string(s.length));
  settings.emplace("samples", fmt::to_string(s.samples));
  settings.emplace("test_samples", fmt::to_string(s.test_samples));
  settings.emplace("transition_std", fmt::to_string(s.transition_std));
  return settings;
}

TrackingResult run_tracking(const TrackingSettings& s, const Ranks& ranks, const TrainHooks& hooks,
                            TrainingCheckpoint& checkpoint) {
  const GroupTask task = make_group_task(s.task);
  const LanguageModel model = make_language_model(tracking_model(s));
  TrackingSet set = draw_sequences(task, s.samples, s.length, s.seed, kTrainStream);
  append(set, draw_sequences(task, s.test_samples, s.length, s.seed, kValidationStream));
  const std::vector<std::int32_t> rows = numbers_up_to(std::ssize(set.starts));
  const auto count = static_cast<Index>(rows.size());
  const auto positions = static_cast<Index>(set.positions);
  const std::span<const std::int32_t> all(rows);
  const TrainingData data{{set.targets.data(), count, positions},
                          {set.present.data(), count, positions},
                          all.first(static_cast<std::size_t>(s.samples)),
                          all.subspan(static_cast<std::size_t>(s.samples))};
  TrainOptions options;
  options.loss = LossKind::kCrossEntropy;
  options.metric = Metric::kAccuracy;
  options.epochs = s.epochs;
  options.batch_size = s.batch_size;
  options.learning_rate = s.learning_rate;
  options.warmup_epochs = 0.5;
  options.adamw.weight_decay = s.weight_decay;
  options.seed = s.seed;
  options.shard_size = 16;
  options.ranks = ranks;
  TrackingResult result;
  result.parameters = model.layout.num_values();
  Trainer trainer = checkpoint.start(sequence_learner(model, {set.tokens, set.starts, positions}),
                                     initial_values<float>(model.layout, s.seed), data, options);
  TrainResult trained;
  try {
    trained = run(trainer, hooks, checkpoint);
  } catch (const TrainingError& error) {
    // This is a result, too: some normalisations do not keep states bounded.
    result.failure = error.what();
  }
  for (const EpochReport& report : trainer.history()) result.seconds += report.seconds;
  result.stopped = trained.stopped;
  if (!result.failure.empty() || result.stopped) return result;
  const Accuracy near = accuracy_on(model, trained.parameters,
                                    draw_sequences(task, s.test_samples, s.length, s.seed, kTestStream));
  const Accuracy far = accuracy_on(model, trained.parameters,
                                   draw_sequences(task, s.test_samples, s.test_length, s.seed, kLongStream));
  result.accuracy = near.all;
  result.test_accuracy = far.all;
  result.last_accuracy = far.last;
  result.best_epoch = trained.best_epoch;
  result.train_loss = trained.history[static_cast<std::size_t>(trained.best_epoch - 1)].train_loss;
  return result;
}

}  // namespace plstm::sequence
