#include "plstm/train/loop/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/train/loop/early_stopping.hpp>
#include <plstm/train/loop/gradient_clip.hpp>
#include <plstm/train/loop/parameter_average.hpp>
#include <plstm/train/loop/schedule.hpp>
#include <plstm/train/loop/training_step.hpp>

namespace plstm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void check_options(const TrainOptions& o) {
  const auto require = [](bool condition, const char* setting) {
    if (!condition) throw ConfigError(std::string("training: ") + setting);
  };
  require(o.epochs >= 1, "epochs must be at least 1");
  require(o.batch_size >= 1, "batch_size must be at least 1");
  require(o.shard_size >= 1, "shard_size must be at least 1");
  require(o.learning_rate > 0 && std::isfinite(o.learning_rate), "learning_rate must be positive");
  require(o.warmup_epochs >= 0 && std::isfinite(o.warmup_epochs), "warmup_epochs must not be negative");
  require(o.average_epochs >= 0 && std::isfinite(o.average_epochs), "average_epochs must not be negative");
  require(o.patience >= 0, "patience must not be negative");
  check_precision(o.precision);
}

void check_samples(const char* function, const Learner& learner, std::span<const std::int32_t> samples) {
  for (const std::int32_t sample : samples) {
    if (sample < 0 || sample >= learner.samples) {
      throw ConfigError(
          fmt::format("{}: there is no sample {}, expected 0..{}", function, sample, learner.samples - 1));
    }
    if (learner.check) learner.check(sample);
  }
}

void check_data(const Learner& learner, const TrainingData& data, std::int64_t things) {
  check_shape("train", "targets rows", {data.targets.rows()}, {things});
  check_shape("train", "present", {data.present.rows(), data.present.cols()}, {things, data.targets.cols()});
  if (!data.train_mask.empty()) check_size("train", "train_mask", std::ssize(data.train_mask), things);
  if (!data.validation_mask.empty())
    check_size("train", "validation_mask", std::ssize(data.validation_mask), things);
  if (!data.weights.empty()) check_size("train", "weights", std::ssize(data.weights), things);
  if (data.train.empty()) throw TrainingError("training: there is no row to train on");
  check_samples("training", learner, data.train);
  check_samples("training", learner, data.validation);
}

std::vector<DecayRange> decay_ranges(const ParameterLayout& layout) {
  std::vector<DecayRange> ranges;
  for (const ParameterInfo& info : layout.infos()) {
    if (info.decays) ranges.push_back({info.offset, info.size});
  }
  return ranges;
}

// Outputs of the things of these samples, which exist; an output may be anything.
std::vector<float> outputs_of(const Learner& learner, std::span<const float> parameters,
                              std::span<const std::int32_t> samples, Precision precision) {
  constexpr std::size_t kShardSize = 8;
  check_size("predict", "parameters", static_cast<std::int64_t>(parameters.size()),
             static_cast<std::int64_t>(learner.layout->total_size()));
  check_precision(precision);
  const auto columns = static_cast<std::size_t>(learner.outputs);
  std::vector<std::size_t> first_row{0};  // of each sample
  first_row.reserve(samples.size() + 1);
  for (const std::int32_t sample : samples) {
    first_row.push_back(first_row.back() + static_cast<std::size_t>(num_things(learner, sample)));
  }
  std::vector<float> outputs(first_row.back() * columns);
  std::vector<float> transposed(parameters.size());
  transpose_parameters<float>(*learner.layout, parameters, transposed);
  struct Worker {
    Forward forward;
    Tape<float> tape;
  };
  std::deque<Worker> workers;  // as many as threads
  std::vector<Worker*> idle;
  std::mutex mutex;
  const std::size_t num_shards = (samples.size() + kShardSize - 1) / kShardSize;
  parallel_for_ranges(num_shards, 1, [&](std::size_t begin, std::size_t end) {
    Worker* worker = nullptr;
    {
      const std::lock_guard lock(mutex);
      if (idle.empty()) {
        idle.push_back(&workers.emplace_back());
        idle.back()->forward = learner.make_forward();
      }
      worker = idle.back();
      idle.pop_back();
    }
    for (std::size_t shard = begin; shard < end; ++shard) {
      const std::size_t first = shard * kShardSize;
      const std::size_t last = std::min(first + kShardSize, samples.size());
      worker->tape.start(*learner.layout, parameters.data(), nullptr, {.precision = precision},
                         transposed.data());
      const Var<float> y = worker->forward(worker->tape, samples.subspan(first, last - first));
      check_size("Learner", "outputs of some samples", y.size(),
                 static_cast<std::int64_t>((first_row[last] - first_row[first]) * columns));
      std::copy_n(y.value, y.size(),
                  outputs.begin() + static_cast<std::ptrdiff_t>(first_row[first] * columns));
    }
    const std::lock_guard lock(mutex);
    idle.push_back(worker);
  });
  return outputs;
}

// Loss and metric on the validation things.
void validate(const Learner& learner, std::span<const std::int64_t> offsets,
              std::span<const float> parameters, const TrainingData& data, const TrainOptions& options,
              EpochReport& report) {
  if (data.validation.empty()) return;
  const Index tasks = data.targets.cols();
  std::vector<Index> things;
  for (const std::int32_t sample : data.validation) {
    const auto at = static_cast<std::size_t>(sample);
    const std::int64_t first = offsets.empty() ? sample : offsets[at];
    const std::int64_t last = offsets.empty() ? sample + 1 : offsets[at + 1];
    for (std::int64_t thing = first; thing < last; ++thing) things.push_back(thing);
  }
  std::vector<float> outputs = outputs_of(learner, parameters, data.validation, options.precision);
  const auto rows = static_cast<Index>(things.size());
  const Index columns = learner.outputs;
  Matrix<float> targets(rows, tasks);
  Matrix<std::uint8_t> present(rows, tasks);
  std::vector<float> weights;
  for (Index i = 0; i < rows; ++i) {
    const Index thing = things[static_cast<std::size_t>(i)];
    targets.row(i) = data.targets.row(thing);
    present.row(i) = data.present.row(thing);
    const auto at = static_cast<std::size_t>(thing);
    if (!data.validation_mask.empty() && data.validation_mask[at] == 0) present.row(i).setZero();
    if (!data.weights.empty()) weights.push_back(data.weights[at]);
  }
  const ConstMatrixMap<float> predictions(outputs.data(), rows, columns);
  const ConstMatrixMap<float> labels(targets.data(), rows, tasks);
  const ConstMatrixMap<std::uint8_t> mask(present.data(), rows, tasks);
  std::vector<float> unused(outputs.size());
  const LossResult loss = loss_and_gradient<float>(options.loss, predictions, labels, mask, 0.0,
                                                   {unused.data(), rows, columns}, weights);
  if (loss.weight > 0) report.validation_loss = loss.sum / loss.weight;
  if (options.metric == Metric::kLoss) {
    report.validation_metric = report.validation_loss;
    return;
  }
  if (data.scaler != nullptr) {
    data.scaler->invert<float>({outputs.data(), rows, columns});
    data.scaler->invert<float>({targets.data(), rows, tasks});
  }
  if (const auto value = evaluate<float>(options.metric, predictions, labels, mask))
    report.validation_metric = *value;
}

}  // namespace

TrainResult train(const Learner& learner, std::vector<float> parameters, const TrainingData& data,
                  const TrainOptions& options, const std::function<void(const EpochReport&)>& on_epoch,
                  const std::function<void(std::span<const float>)>& on_best) {
  check_options(options);
  const std::vector<std::int64_t> offsets = thing_offsets(learner);
  check_data(learner, data, offsets.empty() ? learner.samples : offsets.back());
  check_size("train", "parameters", static_cast<std::int64_t>(parameters.size()),
             static_cast<std::int64_t>(learner.layout->total_size()));
  const auto rows = static_cast<std::int64_t>(data.train.size());
  const std::int64_t steps = (rows + options.batch_size - 1) / options.batch_size;
  const std::int64_t total_steps = steps * options.epochs;
  const ScheduleOptions schedule{
      options.learning_rate, 0.0,
      std::min<std::int64_t>(total_steps, std::llround(options.warmup_epochs * static_cast<double>(steps))),
      total_steps};
  const std::vector<DecayRange> decay = decay_ranges(*learner.layout);
  AdamW<float> optimizer(parameters.size(), options.adamw);
  TrainingStep step(learner, options.loss, std::min(options.shard_size, options.batch_size),
                    options.precision, options.memory);
  ParameterAverage average(options.average_epochs * static_cast<double>(steps));
  EarlyStopping stopping(direction(options.metric), options.patience);
  std::vector<std::int32_t> order(data.train.begin(), data.train.end());

  TrainResult result;
  const Clock::time_point start = Clock::now();
  for (std::int64_t epoch = 0; epoch < options.epochs && !(epoch > 0 && stopping.should_stop()); ++epoch) {
    const Clock::time_point epoch_start = Clock::now();
    const std::uint64_t epoch_seed = mix_seed(options.seed, static_cast<std::uint64_t>(epoch));
    Random random(epoch_seed);
    shuffle(order, random);
    EpochReport report;
    report.epoch = epoch + 1;
    LossResult total;
    for (std::int64_t i = 0; i < steps; ++i) {
      const std::int64_t begin = i * options.batch_size;
      const auto batch = std::span<const std::int32_t>(order).subspan(
          static_cast<std::size_t>(begin),
          static_cast<std::size_t>(std::min(options.batch_size, rows - begin)));
      const LossResult loss =
          step.run(parameters, data, batch, mix_seed(epoch_seed, static_cast<std::uint64_t>(i)));
      const double norm = clip_gradient_norm<float>(step.gradient(), options.clip_norm);
      if (!std::isfinite(loss.sum) || !std::isfinite(norm)) {
        throw TrainingError(
            fmt::format("training: epoch {}, step {} of {}: the {} is not finite; try a lower learning "
                        "rate or look for extreme values in the data",
                        epoch + 1, i + 1, steps, std::isfinite(loss.sum) ? "gradient" : "loss"));
      }
      report.learning_rate = cosine_schedule(schedule, epoch * steps + i);
      optimizer.step(parameters, step.gradient(), decay, report.learning_rate);
      if (options.average_epochs > 0) average.add(parameters);
      total.sum += loss.sum;
      total.weight += loss.weight;
    }
    report.train_loss =
        total.weight > 0 ? total.sum / total.weight : std::numeric_limits<double>::quiet_NaN();
    report.samples_per_second = static_cast<double>(rows) / seconds_since(epoch_start);
    const std::span<const float> judged = options.average_epochs > 0 ? average.values() : parameters;
    validate(learner, offsets, judged, data, options, report);
    report.best =
        data.validation.empty() || stopping.observe(report.validation_metric, report.validation_loss);
    // While neither metric nor loss is defined for any epoch, the latest one is kept.
    if (report.best || !stopping.state().best_epoch.has_value()) {
      result.parameters.assign(judged.begin(), judged.end());
      result.best_epoch = epoch + 1;
      if (on_best) on_best(result.parameters);
    }
    report.seconds = seconds_since(epoch_start);
    report.seconds_left = seconds_since(start) / static_cast<double>(epoch + 1) *
                          static_cast<double>(options.epochs - epoch - 1);
    result.history.push_back(report);
    if (on_epoch) on_epoch(report);
  }
  return result;
}

std::vector<float> predict(const Learner& learner, std::span<const float> parameters,
                           std::span<const std::int32_t> samples, Precision precision) {
  check_samples("predict", learner, samples);
  std::vector<float> outputs = outputs_of(learner, parameters, samples, precision);
  const auto columns = static_cast<std::size_t>(learner.outputs);
  std::size_t at = 0;
  for (const std::int32_t sample : samples) {
    const std::size_t end = at + static_cast<std::size_t>(num_things(learner, sample)) * columns;
    for (; at < end; ++at) {
      if (!std::isfinite(outputs[at])) {
        throw TrainingError(
            fmt::format("predict: the output of sample {} is {}; look for extreme values in its features",
                        sample, outputs[at]));
      }
    }
  }
  return outputs;
}

}  // namespace plstm
