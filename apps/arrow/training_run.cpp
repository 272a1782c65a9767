#include "training_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include <plstm/data/png.hpp>

#include "contact_sheet.hpp"
#include "support/output_folder.hpp"

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

// Trains on the first images, validates on those behind them. Writes the model whenever it is better than
// before: what a run that is stopped has learned is not lost.
TrainResult train_network(TrainedNetwork& trained, const RunOptions& options) {
  const Network& network = trained.network;
  const ImageSet set = drawn_images({options.network.size, options.network.size}, options.data_seed, 0,
                                    options.images + options.validation_images);
  const ImageSource source = image_source(set);
  std::vector<std::int32_t> rows(set.hits.size());
  std::iota(rows.begin(), rows.end(), 0);
  const auto split = static_cast<std::size_t>(options.images);
  const std::vector<float> targets(set.hits.begin(), set.hits.end());
  const std::vector<std::uint8_t> present(set.hits.size(), 1);
  TrainingData data{.targets = {targets.data(), set.count(), 1},
                    .present = {present.data(), set.count(), 1},
                    .train = std::span(rows).first(split),
                    .validation = std::span(rows).subspan(split)};
  MetricsFile metrics(options.output_dir / "metrics.csv");
  const auto on_epoch = [&](const EpochReport& report) {
    metrics.add(report);
    if (options.quiet) return;
    fmt::print("{}\n", format_epoch(report, options.training.epochs));
    std::fflush(stdout);
  };
  const auto on_best = [&](std::span<const float> parameters) {
    trained.parameters.assign(parameters.begin(), parameters.end());
    save_network(options.output_dir / "model.safetensors", trained);
  };
  TrainResult result = train(network_learner(network, source), std::move(trained.parameters), data,
                             options.training, on_epoch, on_best);
  metrics.finish();
  return result;
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
  TrainResult training = train_network(trained, options);
  result.train_seconds = seconds_since(start);
  result.best_epoch = training.best_epoch;
  result.validation_accuracy =
      training.history[static_cast<std::size_t>(training.best_epoch - 1)].validation_metric;
  for (const EpochReport& report : training.history) {
    result.images_per_second = std::max(result.images_per_second, report.samples_per_second);
  }
  write_png(options.output_dir / "curves.png", draw_learning_curves(training.history));
  result.tests = run_tests(trained, options);
  write_text(options.output_dir / "results.json", results_json(result));
  return result;
}

}  // namespace plstm::arrow
