#include "training_run.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/folder_transaction.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/core/hash.hpp>
#include <plstm/data/png.hpp>
#include <plstm/learn/run_folder.hpp>

#include "arrow/images/contact_sheet.hpp"
#include "stages.hpp"
#include "support/rank_roles.hpp"
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

// What names the run: its settings, and the parameters that it begins with, which a start file may decide.
std::string identity_of(const RunOptions& options, std::span<const float> first_values) {
  TrainingFingerprint settings = apps::settings_of_json(config_json(options));
  settings.erase("start_from");
  Hash hash;
  hash.add_all(first_values);
  settings.emplace("start (hash of the first parameters)", hash.text());
  return apps::identity_of(settings);
}

// Puts what was staged in place, and removes what a run before had besides. Without results the run was not finished.
void commit(FolderTransaction& files, const RunOptions& options, const std::string& identity) {
  // A run of version 0.1 has no manifest that would name its files.
  std::vector<std::string> obsolete{kConfig, kMetrics, kModel, kCurves, kResults};
  for (const auto& entry : fs::directory_iterator(options.output_dir)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("wrong_") && name.ends_with(".png")) obsolete.push_back(name);
  }
  RunManifest manifest;
  manifest.version = std::string("plstm-arrow ") + PLSTM_VERSION;
  manifest.rows = options.images + options.validation_images;
  manifest.identity = identity;
  manifest.seed = options.training.seed;
  manifest.members = manifest.planned_members = 1;
  manifest.stopped = !fs::exists(files.staging() / kResults);
  commit_run(files, std::move(manifest), obsolete);
}

// The result of the run, if the folder holds it already, finished.
std::optional<RunResult> finished_result(const RunOptions& options, const std::string& identity) {
  if (!holds_finished_run(options.output_dir, identity)) return std::nullopt;
  return parse_results(read_whole_file(options.output_dir / kResults));
}

void say(const RunOptions& options, const std::string& line) {
  if (options.quiet) return;
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

// The result of a run that was finished before, with --resume.
std::optional<RunResult> look_for_work_done(const RunOptions& options, const std::string& identity) {
  const std::vector<fs::path> checkpoints = checkpoints_of(options);
  if (options.resume.resume) {
    if (const std::optional<RunResult> result = finished_result(options, identity)) {
      say(options, options.output_dir.string() + ": this run is finished already");
      apps::remove_checkpoints(options.output_dir, checkpoints);  // of a run that was killed at its very end
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
void commit_untested(FolderTransaction& files, const RunOptions& options, const std::string& identity,
                     const TrainedNetwork& trained, const StagedTraining& training) {
  if (training.best_epoch() == 0) return;
  write_training(files, options, trained, training);
  commit(files, options, identity);
}

StagedTraining train_all(apps::OutputFolder& folder, TrainedNetwork& trained, const RunOptions& options,
                         const std::string& identity, const apps::StopSignal& stop) {
  StagedTraining training;
  try {
    train_in_stages(trained, training, options, stop);
  } catch (const TrainingError& error) {
    if (options.training.ranks.is_first()) {
      commit_untested(folder.files(), options, identity, trained, training);
    }
    if (training.best_epoch() == 0) throw;
    throw TrainingError(fmt::format("{}; {} holds the best of the {} epochs before", error.what(),
                                    (options.output_dir / kModel).string(), training.history.size()));
  }
  return training;
}

}  // namespace

RunResult run_training(const RunOptions& options, apps::StopSignal& stop) {
  const Ranks& ranks = options.training.ranks;
  check_run_options(options);
  TrainedNetwork trained{make_network(options.network), {}, options.training.precision};
  trained.parameters = first_values(trained.network, options);
  const std::string identity = identity_of(options, trained.parameters);
  apps::OutputFolder folder(options.output_dir, ranks);
  std::optional<RunResult> done;
  if (ranks.is_first()) done = look_for_work_done(options, identity);
  if (apps::first_says(ranks, done.has_value())) {
    apps::leave_to_first(ranks);
    return *done;
  }
  say(options, fmt::format("{}: {} parameters, {} images of {} x {} to train, {} to validate",
                           name(options.network.kind), trained.network.layout().num_values(), options.images,
                           options.network.size, options.network.size, options.validation_images));
  folder.make();
  const StagedTraining training = train_all(folder, trained, options, identity, stop);
  apps::share_stop(ranks, stop);
  apps::leave_to_first(ranks);
  FolderTransaction& files = folder.files();
  RunResult result = result_of(options, trained, training);
  if (!result.stopped) result.tests = run_tests(files, options, trained, stop);
  result.stopped = result.tests.size() < options.factors.size();
  if (result.stopped) {
    for (const TestScore& score : result.tests) fs::remove(files.staging() / sheet_name(score.size));
    commit_untested(files, options, identity, trained, training);
    return result;
  }
  write_training(files, options, trained, training);
  write_text(files.staging() / kResults, results_json(result));
  commit(files, options, identity);
  apps::remove_checkpoints(options.output_dir, checkpoints_of(options));
  return result;
}

std::string describe_stopped(const RunOptions& options, const RunResult& result) {
  if (result.best_epoch == 0) return "no epoch has ended, so there is no model yet";
  return fmt::format("{} holds the best model so far, of epoch {}, not tested",
                     (options.output_dir / kModel).string(), result.best_epoch);
}

}  // namespace plstm::arrow
