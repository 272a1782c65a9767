#include "stages.hpp"

#include <cstdio>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/hash.hpp>
#include <plstm/train/files/training_checkpoint.hpp>
#include <plstm/train/loop/early_stopping.hpp>

#include "arrow/images/image_set.hpp"
#include "run_records.hpp"

namespace plstm::arrow {
namespace {

// A part of the training. Each part has its own learning rate schedule.
struct Stage {
  int number = 1;
  std::int64_t epochs = 0;
  double learning_rate = 0;
  std::int32_t turned_percent = 0;
};

std::vector<Stage> stages_of(const RunOptions& options) {
  std::vector<Stage> stages;
  if (options.training.epochs > 0 || options.turned_epochs == 0) {
    stages.push_back({1, options.training.epochs, options.training.learning_rate, 0});
  }
  if (options.turned_epochs > 0) {
    stages.push_back({2, options.turned_epochs, options.turned_learning_rate, options.turned_percent});
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

std::filesystem::path checkpoint_file(const RunOptions& options, int stage) {
  return options.output_dir / fmt::format("checkpoint_{}.safetensors", stage);
}

TrainingCheckpoint checkpoint_of(const RunOptions& options, const Stage& stage,
                                 std::span<const float> first_values) {
  TrainingFingerprint settings = apps::settings_of_json(config_json(options));
  // Tests come after the training. What a start file holds is in the hash, wherever it lies.
  for (const char* name : {"test_images", "test_factors", "start_from"}) settings.erase(name);
  Hash hash;
  hash.add_all(first_values);
  settings.emplace("start (hash of the first parameters)", hash.text());
  return TrainingCheckpoint(
      {.file = checkpoint_file(options, stage.number),
       .settings = std::move(settings),
       .seconds = options.resume.seconds,
       .resume = options.resume.resume,
       .on_note = [](const std::string& note) { fmt::print(stderr, "plstm-arrow: {}\n", note); }});
}

// Counts epochs through all stages, and judges them against those of all stages.
class Progress {
 public:
  Progress(TrainedNetwork& trained, StagedTraining& training, std::int64_t epochs, bool quiet)
      : trained_(trained), training_(training), epochs_(epochs), quiet_(quiet) {}

  // An epoch that ended before the run was resumed.
  void repeat(EpochReport report, std::span<const float> best_parameters) { add(report, best_parameters); }

  void end_epoch(EpochReport report, std::span<const float> best_parameters) {
    add(report, best_parameters);
    if (quiet_) return;
    fmt::print("{}\n", format_epoch(report, epochs_));
    std::fflush(stdout);
  }

 private:
  void add(EpochReport& report, std::span<const float> best_parameters) {
    report.epoch = std::ssize(training_.history) + 1;
    report.seconds_left = report.seconds * static_cast<double>(epochs_ - report.epoch);
    report.best = best_.observe(report.validation_metric, report.validation_loss);
    if (report.best) trained_.parameters.assign(best_parameters.begin(), best_parameters.end());
    training_.history.push_back(report);
  }

  TrainedNetwork& trained_;
  StagedTraining& training_;
  std::int64_t epochs_;
  bool quiet_;
  EarlyStopping best_{direction(Metric::kAccuracy), 0};
};

void say_where_it_goes_on(const RunOptions& options, const Stage& stage, const Trainer& trainer) {
  if (options.quiet || trainer.finished()) return;
  fmt::print("goes on from {}: {} of {} epochs are done\n", checkpoint_file(options, stage.number).string(),
             trainer.history().size(), stage.epochs);
  std::fflush(stdout);
}

// False after a stop.
bool train_stage(const Network& network, std::vector<float> first_values, Progress& progress,
                 const RunOptions& options, const Stage& stage, const apps::StopSignal& stop) {
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
  TrainingCheckpoint checkpoint = checkpoint_of(options, stage, first_values);
  Trainer trainer =
      checkpoint.start(network_learner(network, source), std::move(first_values), data, training);
  if (checkpoint.resumes()) say_where_it_goes_on(options, stage, trainer);
  // If the best of all epochs is among these, it is the best of the stage.
  for (const EpochReport& report : trainer.history()) progress.repeat(report, trainer.best_parameters());
  TrainHooks hooks;
  hooks.on_epoch = [&](const EpochReport& report) { progress.end_epoch(report, trainer.best_parameters()); };
  hooks.stop = [&] { return stop.requested(); };
  const auto known = std::ssize(trainer.history());
  const TrainResult result = run(trainer, hooks, checkpoint);
  if (!training.ranks.is_first()) {  // whose hooks are not called
    for (auto i = known; i < std::ssize(result.history); ++i) {
      progress.repeat(result.history[static_cast<std::size_t>(i)], trainer.best_parameters());
    }
  }
  return !result.stopped;
}

}  // namespace

std::int64_t StagedTraining::best_epoch() const {
  std::int64_t best = 0;
  for (const EpochReport& report : history) {
    if (report.best) best = report.epoch;
  }
  return best;
}

void train_in_stages(TrainedNetwork& trained, StagedTraining& training, const RunOptions& options,
                     const apps::StopSignal& stop) {
  const std::vector<Stage> stages = stages_of(options);
  std::int64_t epochs = 0;
  for (const Stage& stage : stages) epochs += stage.epochs;
  Progress progress(trained, training, epochs, options.quiet);
  for (const Stage& stage : stages) {
    if (!train_stage(trained.network, trained.parameters, progress, options, stage, stop)) {
      training.stopped = true;
      return;
    }
  }
}

std::vector<std::filesystem::path> checkpoints_of(const RunOptions& options) {
  std::vector<std::filesystem::path> files;
  for (const int stage : {1, 2}) {
    const std::filesystem::path file = checkpoint_file(options, stage);
    if (std::filesystem::exists(file)) files.push_back(file);
  }
  return files;
}

}  // namespace plstm::arrow
