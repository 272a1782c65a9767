#include "cross_validation.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <plstm/learn/cross_validation/training_series.hpp>
#include <plstm/learn/run_folder.hpp>

#include "cross_validation_report.hpp"
#include "support/results/series_training.hpp"

namespace plstm::dag {
namespace {

namespace fs = std::filesystem;

RunManifest manifest_of(const TrainingInput& input) {
  RunManifest manifest;
  manifest.version = std::string("plstm-dag ") + PLSTM_VERSION;
  manifest.data_path = input.options.input.paths.front().string();
  manifest.data_sha256 = input.data.sha256;
  manifest.rows = std::ssize(input.data.records);
  manifest.seed = input.options.seed;
  return manifest;
}

// Makes the split of this run of the protocol the present one, and trains on it.
bool train_part(TrainingInput& input, std::size_t run, const SeriesPart& part, const fs::path& folder,
                apps::StopSignal& stop) {
  RunOptions options = input.options;
  options.output_dir = folder;
  options.seed = part.seed;
  options.part = part.text;
  options.resume.resume = true;
  const Protocol& protocol = input.data.division.protocol;
  const Split split = protocol.splits[protocol.runs[run].split];
  input.data.take_split(options, split);
  apps::OutputFolder output(options.output_dir, options.ranks);
  return train_and_test(input, options, output, stop).was_finished;
}

}  // namespace

RunResult cross_validate(TrainingInput& input, apps::OutputFolder& folder, apps::StopSignal& stop) {
  const RunOptions& options = input.options;
  const LearningData& data = input.data;
  const Protocol& protocol = data.division.protocol;
  const TrainingSeries series = make_training_series(protocol, options.replicates, options.seed);
  const std::vector<Split> splits = splits_of_runs(protocol);
  const std::vector<Metric> metrics = shown_metrics(data.labels.tasks);
  const std::string config = config_of(input, options);
  std::vector<std::vector<std::int32_t>> tested;  // [parts] the things of each, in the order of their tables
  for (const Split& split : splits) tested.push_back(data.things_of_part(split.test));
  apps::SeriesRun run{"plstm-dag",
                      options.resume,
                      options.quiet,
                      options.ranks,
                      options.cells,
                      series,
                      splits,
                      metrics,
                      config,
                      data.sha256,
                      {},
                      manifest_of(input),
                      {},
                      {}};
  run.tables.number = [&](std::size_t part, std::size_t place) { return tested[part].at(place); };
  run.train = [&](std::size_t i, const fs::path& part) {
    return train_part(input, i, series.parts[i], part, stop);
  };
  if (options.report) {
    run.report = [&](const apps::FinishedSeries& done) {
      return cross_validation_report({options, data, metrics, done, config});
    };
  }
  const std::optional<std::string> summary = apps::train_series(std::move(run), folder, stop);
  if (!summary.has_value()) return {true, {}, {}, {}};
  return {false, metrics, {}, *summary};
}

}  // namespace plstm::dag
