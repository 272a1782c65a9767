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

void check_data(const Learner& learner, const TrainingData& data) {
  const Index rows = learner.samples;
  check_shape("train", "targets rows", {data.targets.rows()}, {rows});
  check_shape("train", "present", {data.present.rows(), data.present.cols()}, {rows, data.targets.cols()});
  if (data.train.empty()) throw TrainingError("training: there is no row to train on");
  for (const auto part : {data.train, data.validation}) {
    for (const std::int32_t row : part) {
      if (row < 0 || row >= rows) {
        throw ConfigError(fmt::format("training: row {} of the split is not in 0..{}", row, rows - 1));
      }
      if (learner.check) learner.check(row);
    }
  }
}

std::vector<DecayRange> decay_ranges(const ParameterLayout& layout) {
  std::vector<DecayRange> ranges;
  for (const ParameterInfo& info : layout.infos()) {
    if (info.decays) ranges.push_back({info.offset, info.size});
  }
  return ranges;
}

// Loss and metric on the validation rows.
void validate(const Learner& learner, std::span<const float> parameters, const TrainingData& data,
              const TrainOptions& options, EpochReport& report) {
  if (data.validation.empty()) return;
  const auto rows = static_cast<Index>(data.validation.size());
  const Index tasks = data.targets.cols();
  std::vector<float> outputs = predict(learner, parameters, data.validation, options.precision);
  const Index columns = learner.outputs;
  Matrix<float> targets(rows, tasks);
  Matrix<std::uint8_t> present(rows, tasks);
  for (Index i = 0; i < rows; ++i) {
    targets.row(i) = data.targets.row(data.validation[static_cast<std::size_t>(i)]);
    present.row(i) = data.present.row(data.validation[static_cast<std::size_t>(i)]);
  }
  const ConstMatrixMap<float> predictions(outputs.data(), rows, columns);
  const ConstMatrixMap<float> labels(targets.data(), rows, tasks);
  const ConstMatrixMap<std::uint8_t> mask(present.data(), rows, tasks);
  std::vector<float> unused(outputs.size());
  const LossResult loss =
      loss_and_gradient<float>(options.loss, predictions, labels, mask, 0.0, {unused.data(), rows, columns});
  if (loss.count > 0) report.validation_loss = loss.sum / static_cast<double>(loss.count);
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
  check_data(learner, data);
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
      total.count += loss.count;
    }
    report.train_loss = total.count > 0 ? total.sum / static_cast<double>(total.count)
                                        : std::numeric_limits<double>::quiet_NaN();
    report.samples_per_second = static_cast<double>(rows) / seconds_since(epoch_start);
    const std::span<const float> judged = options.average_epochs > 0 ? average.values() : parameters;
    validate(learner, judged, data, options, report);
    report.best =
        data.validation.empty() || stopping.observe(report.validation_metric, report.validation_loss);
    // While the metric is defined for no epoch, the latest one is kept.
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
                           std::span<const std::int32_t> rows, Precision precision) {
  constexpr std::size_t kShardSize = 8;
  check_size("predict", "parameters", static_cast<std::int64_t>(parameters.size()),
             static_cast<std::int64_t>(learner.layout->total_size()));
  check_precision(precision);
  const auto columns = static_cast<std::size_t>(learner.outputs);
  std::vector<float> outputs(rows.size() * columns);
  std::vector<float> transposed(parameters.size());
  transpose_parameters<float>(*learner.layout, parameters, transposed);
  struct Worker {
    Forward forward;
    Tape<float> tape;
  };
  std::deque<Worker> workers;  // as many as threads
  std::vector<Worker*> idle;
  std::mutex mutex;
  const std::size_t num_shards = (rows.size() + kShardSize - 1) / kShardSize;
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
      const auto part =
          rows.subspan(shard * kShardSize, std::min(kShardSize, rows.size() - shard * kShardSize));
      worker->tape.start(*learner.layout, parameters.data(), nullptr, {.precision = precision},
                         transposed.data());
      const Var<float> y = worker->forward(worker->tape, part);
      check_size("Learner", "outputs of some samples", y.size(),
                 static_cast<std::int64_t>(part.size() * columns));
      std::copy_n(y.value, y.size(),
                  outputs.begin() + static_cast<std::ptrdiff_t>(shard * kShardSize * columns));
    }
    const std::lock_guard lock(mutex);
    idle.push_back(worker);
  });
  return outputs;
}

}  // namespace plstm
