#include "tuning_run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/tuning/tune.hpp>

#include "mol/train/division.hpp"
#include "mol/train/training_recipe.hpp"
#include "support/terminal/progress.hpp"
#include "tuning_state.hpp"
#include "tuning_tables.hpp"

namespace plstm::mol {
namespace {

// Of graphs. The rows of the final test are in none of them.
std::vector<Split> folds_of(const TrainingInput& input, std::int32_t count) {
  const LearningData& learning = input.data;
  std::vector<std::int32_t> rows = learning.split.train;
  rows.insert(rows.end(), learning.split.validation.begin(), learning.split.validation.end());
  std::ranges::sort(rows);
  std::vector<Split> folds = folds_of_rows(learning.data, input.options, rows, count);
  for (Split& fold : folds) {
    fold = {learning.graphs_of(fold.train), learning.graphs_of(fold.validation),
            learning.graphs_of(fold.test)};
  }
  return folds;
}

class SearchLog {
 public:
  SearchLog(const RunOptions& options, double seconds, Metric metric)
      : quiet_(options.quiet), seconds_(seconds), metric_(metric) {}

  void add(const Trial& trial) {
    used_ += trial.seconds;
    ++trials_;
    if (quiet_) return;
    fmt::print("training {}: settings {} on fold {}: {} {}  {:.0f} s{}\n", trials_,
               trial.candidate == 0 ? "recommended" : fmt::to_string(trial.candidate), trial.fold + 1,
               title(metric_), std::isnan(trial.score) ? "not defined" : fmt::format("{:.4f}", trial.score),
               trial.seconds,
               std::isfinite(seconds_)
                   ? fmt::format(", {} left to search", apps::duration_text(seconds_ - used_))
                   : "");
    std::fflush(stdout);
  }
  void add_known(const std::vector<Trial>& trials) {
    for (const Trial& trial : trials) used_ += trial.seconds;
    trials_ += trials.size();
    if (!quiet_ && !trials.empty()) fmt::print("{} trainings were done before\n", trials.size());
  }

 private:
  bool quiet_;
  double seconds_;
  Metric metric_;
  double used_ = 0;
  std::size_t trials_ = 0;
};

TuneResult search_settings(const TrainingInput& input, const SearchOptions& search,
                           const std::vector<Split>& folds, const apps::StopSignal& stop) {
  const RunOptions& options = input.options;
  const Recipe recipe = make_recipe(options, input.data.tasks, input.start);
  const SearchSpace& space = search.space;
  const std::string identity =
      sha256_of(config_of(input, options) +
                fmt::format("{} folds {} {} {} {} {} {}", folds.size(), space.learning_rate,
                            space.weight_decay, space.dropout, space.batch_size, space.width, space.depth));
  TuningState state(options.output_dir, identity, options.resume.resume);
  if (!state.note().empty()) say_notes({&state.note(), 1});
  TuneOptions tuning;
  tuning.space = search.space;
  tuning.candidates = search.candidates;
  if (search.minutes > 0) tuning.seconds = 60 * search.minutes;
  tuning.seed = options.seed;
  tuning.known = state.trials();
  tuning.stop = [&] { return stop.requested(); };
  SearchLog log(options, tuning.seconds, settings_for(input, recipe).training.metric);
  log.add_known(tuning.known);
  tuning.on_trial = [&](const Trial& trial) {
    state.add(trial);
    log.add(trial);
  };
  return tune(input.data.graphs, recipe, folds, tuning);
}

}  // namespace

RunResult run_tuning(RunOptions options, const SearchOptions& search) {
  check_precision(options.precision);
  const ThreadLimit limit(options.threads);
  apps::OutputFolder folder(options.output_dir);
  TrainingInput input = load_training_input(std::move(options));
  const RunOptions& o = input.options;
  if (input.data.protocol.runs.size() > 1) {
    throw ConfigError(
        "tune: searches settings for one division of the data; leave --folds, --replicates and files of "
        "several "
        "splits to plstm-mol train, with the settings that are found");
  }
  apps::StopSignal stop(options.resume.seconds_left());
  say_notes(input.data.notes);
  const std::vector<Split> folds = folds_of(input, search.folds);
  folder.files();
  const TuneResult result = search_settings(input, search, folds, stop);
  if (stop.requested()) {
    throw apps::Stopped(stop.signal(),
                        "the trainings that are done are kept in " + (o.output_dir / "tuning.json").string(),
                        apps::Stopped::GoOn::kWithResume);
  }
  apps::write_text(o.output_dir / "tuning.csv", tuning_csv(result));
  if (!o.quiet) {
    fmt::print("{}{}\n", tuning_text(result),
               result.best == 0 ? "the recommended settings are the best; training with them"
                                : "training with " + flags_of(result.candidates[result.best]));
    std::fflush(stdout);
  }
  const Candidate best = result.candidates[result.best];
  RunOptions chosen = o;
  chosen.changes.emplace_back([best](Settings& settings) { apply(best, settings); });
  return train_and_test(input, chosen, folder, stop);
}

}  // namespace plstm::mol
