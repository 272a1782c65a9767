#include "training_run.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/folder_transaction.hpp>
#include <plstm/data/png.hpp>

#include "arrow/images/contact_sheet.hpp"
#include "stages.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::arrow {
namespace {

namespace fs = std::filesystem;
using apps::write_text;

constexpr const char* kConfig = "config.json";
constexpr const char* kMetrics = "metrics.csv";
constexpr const char* kModel = "model.safetensors";
constexpr const char* kCurves = "curves.png";
constexpr const char* kResults = "results.json";

// Puts what was staged in place, and removes what a run before had besides.
void commit(FolderTransaction& files, const fs::path& folder) {
  std::vector<std::string> obsolete;
  const auto is_missing = [&](const std::string& name) { return !fs::exists(files.staging() / name); };
  for (const char* name : {kConfig, kMetrics, kModel, kCurves, kResults}) {
    if (is_missing(name)) obsolete.emplace_back(name);
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("wrong_") && name.ends_with(".png") && is_missing(name)) obsolete.push_back(name);
  }
  files.commit(obsolete, kResults);
}

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The result of a run with these settings that the folder holds already.
std::optional<RunResult> finished_result(const RunOptions& options) {
  if (!fs::is_regular_file(options.output_dir / kResults) ||
      read_text(options.output_dir / kConfig) != config_json(options)) {
    return std::nullopt;
  }
  try {
    return parse_results(read_text(options.output_dir / kResults));
  } catch (const FileError&) {  // it was changed, and the run is done again
    return std::nullopt;
  }
}

void say(const RunOptions& options, const std::string& line) {
  if (options.quiet) return;
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// The result of a run that was finished before, with --resume.
std::optional<RunResult> look_for_work_done(const RunOptions& options) {
  const std::vector<fs::path> checkpoints = checkpoints_of(options);
  // A finished run that was killed before its last checkpoint was removed is finished, too. A start file may have other
  // parameters than those that the finished run began with.
  if (options.resume.resume && (checkpoints.empty() || options.start.empty())) {
    if (const std::optional<RunResult> result = finished_result(options)) {
      say(options, options.output_dir.string() + ": this run is finished already");
      apps::remove_checkpoints(options.output_dir, checkpoints);
      return result;
    }
  }
  const std::string line = apps::settle_checkpoints(options.resume, options.output_dir, checkpoints);
  if (!line.empty()) say(options, line);
  return std::nullopt;
}

std::vector<float> first_values(const Network& network, const RunOptions& options) {
  if (!options.start.empty()) return load_parameters(options.start, network);
  return initial_values<float>(network.layout(), options.training.seed);
}

void write_training(const FolderTransaction& files, const RunOptions& options, const TrainedNetwork& trained,
                    const StagedTraining& training) {
  write_text(files.staging() / kConfig, config_json(options));
  write_metrics(files.staging() / kMetrics, training.history);
  save_network(files.staging() / kModel, trained);
  write_png(files.staging() / kCurves, draw_learning_curves(training.history));
}

std::string sheet_name(std::int32_t size) {
  return fmt::format("wrong_{}.png", size);
}

// Fewer scores than factors after a stop.
std::vector<TestScore> run_tests(const FolderTransaction& files, const RunOptions& options,
                                 const TrainedNetwork& trained, const apps::StopSignal& stop) {
  std::vector<TestScore> scores;
  for (const std::int32_t factor : options.factors) {
    if (stop.requested()) break;
    const std::int32_t size = factor * options.network.size;
    const ImageSet set =
        drawn_images({size, options.network.size}, options.data_seed, kFirstTestImage, options.test_images);
    const Evaluation evaluation = evaluate(trained, set);
    write_wrong_sheet(files.staging() / sheet_name(size), set, evaluation, kSheetImages);
    scores.push_back(evaluation.score);
  }
  return scores;
}

RunResult result_of(const RunOptions& options, const TrainedNetwork& trained,
                    const StagedTraining& training) {
  RunResult result;
  result.kind = options.network.kind;
  result.parameters = static_cast<std::int64_t>(trained.network.layout().num_values());
  result.best_epoch = training.best_epoch();
  result.stopped = training.stopped;
  for (const EpochReport& report : training.history) {
    result.train_seconds += report.seconds;
    result.images_per_second = std::max(result.images_per_second, report.samples_per_second);
    if (report.epoch == result.best_epoch) result.validation_accuracy = report.validation_metric;
  }
  return result;
}

// The model and its history, without tests.
void commit_untested(FolderTransaction& files, const RunOptions& options, const TrainedNetwork& trained,
                     const StagedTraining& training) {
  if (training.best_epoch() == 0) return;
  write_training(files, options, trained, training);
  commit(files, options.output_dir);
}

StagedTraining train_all(FolderTransaction& files, TrainedNetwork& trained, const RunOptions& options,
                         const apps::StopSignal& stop) {
  StagedTraining training;
  try {
    train_in_stages(trained, training, options, stop);
  } catch (const TrainingError& error) {
    commit_untested(files, options, trained, training);
    if (training.best_epoch() == 0) throw;
    throw TrainingError(fmt::format("{}; {} holds the best of the {} epochs before", error.what(),
                                    (options.output_dir / kModel).string(), training.history.size()));
  }
  return training;
}

}  // namespace

RunResult run_training(const RunOptions& options, const apps::StopSignal& stop) {
  check_run_options(options);
  TrainedNetwork trained{make_network(options.network), {}, options.training.precision};
  trained.parameters = first_values(trained.network, options);
  apps::make_folder(options.output_dir);
  FolderTransaction files(options.output_dir);
  if (const std::optional<RunResult> done = look_for_work_done(options)) return *done;
  say(options, fmt::format("{}: {} parameters, {} images of {} x {} to train, {} to validate",
                           name(options.network.kind), trained.network.layout().num_values(), options.images,
                           options.network.size, options.network.size, options.validation_images));
  const StagedTraining training = train_all(files, trained, options, stop);
  RunResult result = result_of(options, trained, training);
  if (!result.stopped) result.tests = run_tests(files, options, trained, stop);
  result.stopped = result.tests.size() < options.factors.size();
  if (result.stopped) {
    for (const TestScore& score : result.tests) fs::remove(files.staging() / sheet_name(score.size));
    commit_untested(files, options, trained, training);
    return result;
  }
  write_training(files, options, trained, training);
  write_text(files.staging() / kResults, results_json(result));
  commit(files, options.output_dir);
  apps::remove_checkpoints(options.output_dir, checkpoints_of(options));
  return result;
}

std::string describe_stopped(const RunOptions& options, const RunResult& result) {
  if (result.best_epoch == 0) return "no epoch has ended, so there is no model yet";
  return fmt::format("{} holds the best model so far, of epoch {}, not tested",
                     (options.output_dir / kModel).string(), result.best_epoch);
}

}  // namespace plstm::arrow
