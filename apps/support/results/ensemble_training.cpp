#include "ensemble_training.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/learn/run_folder.hpp>

#include "support/rank_roles.hpp"

namespace plstm::apps {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// A line now and then while an epoch takes long, so that a log shows that the run lives and how fast it is.
class Heartbeat {
 public:
  // Epochs have lines of their own.
  void restart() { *this = Heartbeat(); }

  // Empty unless a minute has passed.
  std::string line(const Trainer& trainer, const std::string& unit) {
    ++steps_;
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    if (seconds < kSeconds) return "";
    const TrainingPlace place = trainer.place();
    std::string text =
        fmt::format("epoch {} of {}, step {} of {}, {:.0f} {}/s", place.finished_epochs + 1, place.epochs,
                    place.step, place.steps, static_cast<double>(steps_ * place.batch_size) / seconds, unit);
    restart();
    return text;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr double kSeconds = 60;

  Clock::time_point start_ = Clock::now();
  std::int64_t steps_ = 0;
};

// Removes the folder of the checkpoints in the end, where a run that failed has left it empty.
struct NoEmptyFolder {
  explicit NoEmptyFolder(fs::path path) : folder(std::move(path)) {}
  ~NoEmptyFolder() {
    std::error_code not_empty;
    if (fs::is_directory(folder, not_empty)) fs::remove(folder, not_empty);
  }
  NoEmptyFolder(const NoEmptyFolder&) = delete;
  NoEmptyFolder& operator=(const NoEmptyFolder&) = delete;

  fs::path folder;
};

}  // namespace

void say_notes(const std::string& program, std::span<const std::string> notes) {
  std::fflush(stdout);
  constexpr std::size_t kMost = 20;  // a wide table may have one for each column
  for (const std::string& note : notes.first(std::min(notes.size(), kMost))) {
    fmt::print(stderr, "{}: {}\n", program, printable(note));
  }
  if (notes.size() > kMost) fmt::print(stderr, "{}: {} more such notes\n", program, notes.size() - kMost);
}

std::optional<Checkpoints> begin_run(const RunStart& run) {
  Checkpoints checkpoints{run.folder / "checkpoint", run.resume.seconds, run.resume.resume,
                          settings_of_json(run.config), [program = run.program](const std::string& note) {
                            say_notes(program, {&note, 1});
                          }};
  const bool first = run.ranks.is_first();
  if (first_says(run.ranks, first && run.resume.resume && holds_finished_run(run.folder, run.identity))) {
    if (first) plstm::remove_checkpoints(checkpoints.folder);  // of a run that was killed at its very end
    return {};
  }
  if (first) {
    const std::string said = settle_checkpoints(run.resume, run.folder, checkpoints_in(checkpoints.folder));
    if (!said.empty() && !run.is_part) say_notes(run.program, {&said, 1});
  }
  return checkpoints;
}

TrainedEnsemble train_ensemble(const EnsembleTraining& training, StopSignal& stop) {
  const NoEmptyFolder no_empty_folder(training.checkpoints.folder);
  const Settings& settings = training.settings;
  std::vector<std::vector<EpochReport>> histories(static_cast<std::size_t>(settings.members));
  std::vector<Heartbeat> heartbeats(histories.size());
  const auto say = [&](std::int32_t member, const std::string& line) {
    if (training.quiet) return;
    fmt::print("{}{}\n",
               settings.members > 1 ? fmt::format("model {}/{}  ", member + 1, settings.members) : "", line);
    std::fflush(stdout);
  };
  FitOptions fitting;
  fitting.split = training.split;
  fitting.seed = training.seed;
  fitting.checkpoints = training.checkpoints;
  fitting.ranks = training.ranks;
  fitting.stop = [&stop] { return stop.requested(); };
  fitting.on_epoch = [&](std::int32_t member, const EpochReport& report) {
    histories[static_cast<std::size_t>(member)].push_back(report);
    heartbeats[static_cast<std::size_t>(member)].restart();
    say(member, format_epoch(report, settings.training.epochs, settings.training.metric, training.unit));
  };
  fitting.on_step = [&](std::int32_t member, const Trainer& trainer) {
    const std::string line = heartbeats[static_cast<std::size_t>(member)].line(trainer, training.unit);
    if (!line.empty()) say(member, line);
  };
  fitting.on_resume = [&](std::int32_t member, std::span<const EpochReport> history) {
    histories[static_cast<std::size_t>(member)].assign(history.begin(), history.end());
    say(member, fmt::format("goes on after epoch {}", history.size()));
  };
  try {
    Predictor predictor = fit(training.data, training.recipe, fitting);
    share_stop(training.ranks, stop);
    leave_to_first(training.ranks);
    return {std::move(predictor), std::move(histories)};
  } catch (const TrainingError&) {
    share_stop(training.ranks, stop);
    if (!stop.requested()) throw;
    throw Stopped(stop.signal(), "no epoch has ended, so there is no model yet", Stopped::GoOn::kWithResume);
  }
}

void add_training_settings(Json& json, std::uint64_t seed, const TrainOptions& options) {
  json["seed"] = seed;
  json["epochs"] = options.epochs;
  json["batch_size"] = options.batch_size;
  json["shard_size"] = options.shard_size;
  json["precision"] = std::string(name(options.precision));
  json["patience"] = options.patience;
  json["learning_rate"] = options.learning_rate;
  json["warmup_epochs"] = options.warmup_epochs;
  json["weight_decay"] = options.adamw.weight_decay;
  json["clip_norm"] = options.clip_norm;
  json["average_epochs"] = options.average_epochs;
}

}  // namespace plstm::apps
