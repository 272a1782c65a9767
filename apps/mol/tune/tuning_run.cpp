#include "tuning_run.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "mol/train/division.hpp"
#include "mol/train/training_recipe.hpp"

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

}  // namespace

RunResult run_tuning(RunOptions options, const apps::SearchOptions& search) {
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
  apps::StopSignal stop(o.resume.seconds_left());
  say_notes(input.data.notes);
  const std::vector<Split> folds = folds_of(input, search.folds);
  folder.files();
  const Recipe recipe = make_recipe(o, input.data.tasks, input.start);
  const Candidate best = apps::search_settings(
      {"plstm-mol", o.output_dir, search, config_of(input, o), o.resume, o.quiet, o.seed, input.data.graphs,
       recipe, folds, false, settings_for(input, recipe).training.metric},
      stop);
  RunOptions chosen = o;
  chosen.changes.emplace_back([best](Settings& settings) { apply(best, settings); });
  return train_and_test(input, chosen, folder, stop);
}

}  // namespace plstm::mol
