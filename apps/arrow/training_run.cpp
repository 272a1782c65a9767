#include "training_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <plstm/data/png.hpp>
#include <plstm/train/loop/early_stopping.hpp>

#include "contact_sheet.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::arrow {
namespace {

using apps::make_folder;
using apps::write_text;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<float> first_values(const Network& network, const RunOptions& options) {
  if (!options.start.empty()) return load_parameters(options.start, network);
  return initial_values<float>(network.layout(), options.training.seed);
}

// A part of the training. Each part has its own learning rate schedule.
struct Stage {
  std::int64_t epochs = 0;
  double learning_rate = 0;
  std::int32_t turned_percent = 0;
};

std::vector<Stage> stages_of(const RunOptions& options) {
  std::vector<Stage> stages;
  if (options.training.epochs > 0 || options.turned_epochs == 0) {
    stages.push_back({options.training.epochs, options.training.learning_rate, 0});
  }
  if (options.turned_epochs > 0) {
    stages.push_back({options.turned_epochs, options.turned_learning_rate, options.turned_percent});
  }
  return stages;
}

// The first images are for training, the images after them for validation.
ImageSet stage_images(const RunOptions& options, const Stage& stage) {
  const std::int32_t size = options.network.size;
  return joined(drawn_images({size, size, stage.turned_percent}, options.data_seed, 0, options.images),
                drawn_images({size, size}, options.data_seed, static_cast<std::uint64_t>(options.images),
                             options.validation_images));
}

// Continues from trained.parameters. Calls `on_epoch` after each epoch, with the parameters of the epoch if it is
// the best of the stage so far.
void train_stage(const TrainedNetwork& trained, const RunOptions& options, const Stage& stage,
                 const std::function<void(const EpochReport&, std::span<const float>)>& on_epoch) {
  const ImageSet set = stage_images(options, stage);
  const ImageSource source = image_source(set);
  std::vector<std::int32_t> rows(set.hits.size());
  std::iota(rows.begin(), rows.end(), 0);
  const auto split = static_cast<std::size_t>(options.images);
  const std::vector<float> targets(set.hits.begin(), set.hits.end());
  const std::vector<std::uint8_t> present(set.hits.size(), 1);
  const TrainingData data{.targets = {targets.data(), set.count(), 1},
                          .present = {present.data(), set.count(), 1},
                          .train = std::span(rows).first(split),
                          .validation = std::span(rows).subspan(split)};
  TrainOptions training = options.training;
  training.epochs = stage.epochs;
  training.learning_rate = stage.learning_rate;
  std::vector<float> best;
  train(
      network_learner(trained.network, source), trained.parameters, data, training,
      [&](const EpochReport& report) { on_epoch(report, best); },
      [&](std::span<const float> parameters) { best.assign(parameters.begin(), parameters.end()); });
}

// Runs all stages, each from the best epoch so far. Writes the model whenever it is better than before, so that a
// run that is stopped leaves its best model. Returns the reports. The parameters are in `trained`.
std::vector<EpochReport> train_network(TrainedNetwork& trained, const RunOptions& options) {
  const std::vector<Stage> stages = stages_of(options);
  std::int64_t epochs_left = 0;
  for (const Stage& stage : stages) epochs_left += stage.epochs;
  const std::int64_t epochs = epochs_left;
  MetricsFile metrics(options.output_dir / "metrics.csv");
  std::vector<EpochReport> history;
  EarlyStopping best(direction(Metric::kAccuracy), 0);
  const auto on_epoch = [&](EpochReport report, std::span<const float> parameters) {
    --epochs_left;
    report.epoch = epochs - epochs_left;
    report.seconds_left = report.seconds * static_cast<double>(epochs_left);
    report.best = best.observe(report.validation_metric, report.validation_loss);
    if (report.best) {
      trained.parameters.assign(parameters.begin(), parameters.end());
      save_network(options.output_dir / "model.safetensors", trained);
    }
    metrics.add(report);
    history.push_back(report);
    if (options.quiet) return;
    fmt::print("{}\n", format_epoch(report, epochs));
    std::fflush(stdout);
  };
  for (const Stage& stage : stages) train_stage(trained, options, stage, on_epoch);
  metrics.finish();
  return history;
}

std::vector<TestScore> run_tests(const TrainedNetwork& trained, const RunOptions& options) {
  std::vector<TestScore> scores;
  for (const std::int32_t factor : options.factors) {
    const std::int32_t size = factor * options.network.size;
    const ImageSet set =
        drawn_images({size, options.network.size}, options.data_seed, kFirstTestImage, options.test_images);
    const Evaluation evaluation = evaluate(trained, set);
    write_wrong_sheet(options.output_dir / fmt::format("wrong_{}.png", size), set, evaluation, kSheetImages);
    scores.push_back(evaluation.score);
  }
  return scores;
}

}  // namespace

RunResult run_training(const RunOptions& options) {
  check_run_options(options);
  TrainedNetwork trained{make_network(options.network), {}, options.training.precision};
  trained.parameters = first_values(trained.network, options);
  make_folder(options.output_dir);
  write_text(options.output_dir / "config.json", config_json(options));
  RunResult result;
  result.kind = options.network.kind;
  result.parameters = static_cast<std::int64_t>(trained.network.layout().num_values());
  if (!options.quiet) {
    fmt::print("{}: {} parameters, {} images of {} x {} to train, {} to validate\n", name(result.kind),
               result.parameters, options.images, options.network.size, options.network.size,
               options.validation_images);
    std::fflush(stdout);
  }
  const Clock::time_point start = Clock::now();
  const std::vector<EpochReport> history = train_network(trained, options);
  result.train_seconds = seconds_since(start);
  for (const EpochReport& report : history) {
    result.images_per_second = std::max(result.images_per_second, report.samples_per_second);
    if (!report.best) continue;
    result.best_epoch = report.epoch;  // the last best epoch
    result.validation_accuracy = report.validation_metric;
  }
  write_png(options.output_dir / "curves.png", draw_learning_curves(history));
  result.tests = run_tests(trained, options);
  write_text(options.output_dir / "results.json", results_json(result));
  return result;
}

}  // namespace plstm::arrow
