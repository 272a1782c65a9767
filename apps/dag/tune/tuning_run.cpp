#include "tuning_run.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/precision.hpp>

#include "dag/train/division.hpp"
#include "dag/train/training_recipe.hpp"

namespace plstm::dag {
namespace {

// What the final test looks at is in none of them.
std::vector<Split> search_folds(const TrainingInput& input, std::int32_t count) {
  const Division& division = input.data.division;
  std::vector<std::int32_t> rows = division.split.train;
  rows.insert(rows.end(), division.split.validation.begin(), division.split.validation.end());
  std::ranges::sort(rows);
  return folds_of_rows(input.data.records, input.data.labels, division.over_things, input.options, rows,
                       count);
}

}  // namespace

RunResult run_tuning(RunOptions options, const apps::SearchOptions& search) {
  check_precision(options.precision);
  const ThreadLimit limit(options.threads);
  check_outputs(options);
  apps::OutputFolder folder(options.output_dir);
  const TrainingInput input = load_training_input(std::move(options));
  const RunOptions& o = input.options;
  if (input.data.division.protocol.runs.size() > 1) {
    throw ConfigError(
        "tune: searches settings for one division of the data; leave --folds, --replicates and files of "
        "several splits to plstm-dag train, with the settings that are found");
  }
  apps::StopSignal stop(o.resume.seconds_left());
  say_notes(input.data.notes);
  const std::vector<Split> folds = search_folds(input, search.folds);
  folder.files();
  const Recipe recipe = make_recipe(o, input.data);
  const Candidate best = apps::search_settings(
      {"plstm-dag", o.output_dir, search, config_of(input, o), o.resume, o.quiet, o.seed, input.data.graphs,
       recipe, folds, input.data.division.over_things, settings_for(input.data, recipe).training.metric},
      stop);
  RunOptions chosen = o;
  chosen.changes.emplace_back([best](Settings& settings) { apply(best, settings); });
  return train_and_test(input, chosen, folder, stop);
}

}  // namespace plstm::dag
