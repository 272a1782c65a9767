#include "cross_validation.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <plstm/learn/run_folder.hpp>

#include "cross_validation_report.hpp"
#include "support/results/series_training.hpp"

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

RunManifest manifest_of(const TrainingInput& input) {
  RunManifest manifest;
  manifest.version = std::string("plstm-mol ") + PLSTM_VERSION;
  manifest.data_path = input.options.input.path.string();
  manifest.data_sha256 = input.data.sha256;
  manifest.rows = input.data.data.num_rows();
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
  const Protocol& protocol = input.data.protocol;
  input.data.split = protocol.splits[protocol.runs[run].split];
  apps::OutputFolder output(options.output_dir, options.ranks);
  return train_and_test(input, options, output, stop).was_finished;
}

}  // namespace

RunResult cross_validate(TrainingInput& input, apps::OutputFolder& folder, apps::StopSignal& stop) {
  const RunOptions& options = input.options;
  const Protocol& protocol = input.data.protocol;
  const TrainingSeries series = make_training_series(protocol, options.replicates, options.seed);
  const std::vector<Metric> metrics = shown_metrics(input.data.tasks);
  const std::string config = config_of(input, options);
  apps::SeriesRun run{"plstm-mol",
                      options.resume,
                      options.quiet,
                      options.ranks,
                      options.cells,
                      series,
                      splits_of_runs(protocol),
                      metrics,
                      config,
                      input.data.rows_sha256,
                      {.has_errors = true},
                      manifest_of(input),
                      {},
                      {}};
  run.train = [&](std::size_t i, const fs::path& part) {
    return train_part(input, i, series.parts[i], part, stop);
  };
  if (options.report) {
    run.report = [&](const apps::FinishedSeries& done) {
      return cross_validation_report({input, metrics, done, config});
    };
  }
  const std::optional<std::string> summary = apps::train_series(std::move(run), folder, stop);
  if (!summary.has_value()) return {true, {}, {}, {}};
  return {false, metrics, {}, *summary};
}

}  // namespace plstm::mol
