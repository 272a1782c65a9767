#include "dag_experiment.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/learn/row_labels.hpp>
#include <plstm/learn/run_record.hpp>
#include <plstm/train/objectives/rank_metrics.hpp>

#include "bench/data/splits.hpp"
#include "bench/flags.hpp"
#include "bench/runs/tables.hpp"
#include "dag_models.hpp"
#include "support/json_text.hpp"
#include "support/rank_roles.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::bench {
namespace {

namespace fs = std::filesystem;

// Scores of one part on the labels that are present; Kendall's tau for benchmarks of orders, the share of right numbers
// for those of counts.
std::vector<std::pair<std::string, std::optional<double>>> scores_of(const DagBenchmark& benchmark,
                                                                     std::span<const std::int32_t> graphs,
                                                                     const Matrix<double>& predictions) {
  const RecordLabels& labels = benchmark.labels;
  const std::vector<std::int32_t> things = things_of(labels.offsets, graphs);
  const Matrix<float> targets = labels.targets.cast<float>();
  const RowLabels rows{labels.tasks.front().type,
                       labels.tasks.front().classes,
                       {targets.data(), targets.rows(), targets.cols()},
                       {labels.present.data(), labels.present.rows(), labels.present.cols()}};
  const Matrix<float> values = predictions.cast<float>();
  const std::vector<std::optional<double>> scores =
      judge(rows, things, {values.data(), static_cast<std::size_t>(values.size())});
  const std::vector<Metric> metrics = reported_metrics(rows.type);
  std::vector<std::pair<std::string, std::optional<double>>> result;
  for (std::size_t i = 0; i < metrics.size(); ++i)
    result.emplace_back(std::string(name(metrics[i])), scores[i]);
  if (!benchmark.ranks && !benchmark.counts) return result;
  std::vector<double> said, measured;
  for (std::size_t i = 0; i < things.size(); ++i) {
    if (labels.present(things[i], 0) == 0) continue;
    said.push_back(predictions(static_cast<Index>(i), 0));
    measured.push_back(labels.targets(things[i], 0));
  }
  if (benchmark.ranks) result.emplace_back("kendall", kendall(said, measured));
  if (benchmark.counts && !said.empty()) {
    std::int64_t right = 0;
    for (std::size_t i = 0; i < said.size(); ++i) right += std::round(said[i]) == measured[i] ? 1 : 0;
    result.emplace_back("right", static_cast<double>(right) / static_cast<double>(said.size()));
  }
  return result;
}

void add_scores(const PreparedDags& data, const DagOutcome& outcome, RunRecord& record) {
  const DagBenchmark& benchmark = data.benchmark;
  const auto validation = scores_of(benchmark, benchmark.split.validation, outcome.validation);
  const auto test = scores_of(benchmark, benchmark.split.test, outcome.test);
  // A companion has learnt the validation rows.
  const bool is_known = record.identity.model == kDagCompanion;
  for (std::size_t i = 0; i < test.size(); ++i) {
    record.scores.push_back({test[i].first, is_known ? std::nullopt : validation[i].second, test[i].second});
  }
}

void say(const RunRecord& record) {
  std::string line;
  for (const MetricScore& score : record.scores) {
    line += fmt::format("  {} {:.4f}", score.metric,
                        score.test.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  fmt::print("{} {} seed {}:{}  ({:.0f} s)\n", record.identity.dataset, record.identity.model,
             record.identity.seed, line, record.seconds);
  std::fflush(stdout);
}

fs::path checkpoints_of(const RunIdentity& identity, const DagBenchOptions& options) {
  return options.output_dir / "checkpoints" / identity.name();
}

// Of a run that is recorded. A process that was killed after it wrote the record has left them.
void forget_checkpoints(const RunIdentity& identity, const DagBenchOptions& options) {
  std::error_code ignored;  // what is left hinders nobody
  fs::remove_all(checkpoints_of(identity, options), ignored);
}

// What a network is told besides data and settings.
FitOptions fitting_of(const RunIdentity& identity, const fs::path& checkpoints,
                      const DagBenchOptions& options, const apps::StopSignal& stop) {
  FitOptions fitting;
  fitting.seed = identity.seed;
  fitting.stop = [&stop] { return stop.requested(); };
  fitting.checkpoints = Checkpoints{checkpoints, options.resume.seconds, true};
  if (options.verbose) {
    fitting.on_epoch = [](std::int32_t member, const EpochReport& report) {
      fmt::print("  network {} epoch {}: train loss {:.4f}, validation {:.4f}{}, {:.0f} graphs/s\n", member,
                 report.epoch, report.train_loss, report.validation_metric, report.best ? " *" : "",
                 report.samples_per_second);
      std::fflush(stdout);
    };
  }
  return fitting;
}

// The run's record, or nothing after a stop: then its network's states are kept.
std::optional<RunRecord> run_once(const PreparedDags& data, const RunIdentity& identity,
                                  const std::optional<RunSettings>& settings, const DagBenchOptions& options,
                                  const apps::StopSignal& stop) {
  const fs::path checkpoints = checkpoints_of(identity, options);
  const auto on_bad_checkpoint = [](const std::string& reason) {
    fmt::print("{}; the network is trained from the beginning\n", reason);
    std::fflush(stdout);
  };
  DagOutcome outcome;
  try {
    outcome = settings.has_value()
                  ? train_network(data, identity.model, *settings,
                                  fitting_of(identity, checkpoints, options, stop), on_bad_checkpoint)
                  : train_baseline(data, identity.model, identity.seed, [&stop] { return stop.requested(); });
  } catch (const StoppedError&) {
    return {};
  } catch (const TrainingError&) {
    if (!stop.requested()) throw;
  }
  if (stop.requested()) return {};
  RunRecord record;
  record.identity = identity;
  record.seconds = outcome.seconds;
  record.parameters = outcome.parameters;
  record.train_rows = std::ssize(data.benchmark.split.train);
  record.validation_rows = std::ssize(data.benchmark.split.validation);
  record.test_rows = std::ssize(data.benchmark.split.test);
  add_scores(data, outcome, record);
  say(record);
  write_run_record(options.output_dir, record);
  forget_checkpoints(identity, options);
  return record;
}

}  // namespace

void add_dag_flags(CLI::App& app, DagBenchOptions& options) {
  std::string names;
  for (const DagBenchmarkInfo& each : dag_benchmarks())
    names += fmt::format("; {}: {}", each.name, each.description);
  app.add_option("-d,--dataset", options.datasets, "benchmarks" + names)->required()->delimiter(',');
  app.add_option("-m,--model", options.models,
                 "plstm, plstm+companion (targets of graphs), another network (see --list), or mean; ridge, "
                 "forest, boosted (trees; no structure); forest-counts, boosted-counts (with counts of it)")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--data-dir", options.data.data_dir, "folder of the data (default: PLSTM_DATASETS)");
  app.add_option("--labels", options.data.labels, "nas201: architectures with labels")->capture_default_str();
  app.add_option("--target", options.data.target, "nas201: column that is learnt")->capture_default_str();
  app.add_option("--parts", options.data.parts, "circuits: sub-circuits of each circuit")
      ->capture_default_str();
  app.add_option("--most-gates", options.data.most_gates, "circuits: gates of a sub-circuit at most")
      ->capture_default_str();
  app.add_option("--formulas", options.data.formulas, "formulas and paths: how many graphs are learnt")
      ->capture_default_str();
  app.add_option("-o,--output-dir", options.output_dir,
                 "folder for records and tables; runs that are there already are not repeated")
      ->capture_default_str();
  app.add_option("--seeds", options.seeds, "number of seeds")->capture_default_str();
  app.add_option("--seed,--first-seed", options.first_seed, "the first of them")->capture_default_str();
  add_setting_flags(app, options.changes, SettingsOf::kDags);
  app.add_option("--threads", options.threads, "0: all cores; does not change results")
      ->capture_default_str();
  add_going_on_flags(app, options.resume);
  app.add_flag("--verbose", options.verbose, "a line for each epoch");
  app.footer("Example: plstm-bench dag --dataset nas201 --labels 200 --model plstm gin forest --seeds 3");
}

void run_dag_experiment(const DagBenchOptions& asked) {
  DagBenchOptions options = asked;
  if (options.data.data_dir.empty()) {
    const char* folder = std::getenv("PLSTM_DATASETS");
    options.data.data_dir = folder != nullptr ? folder : ".";
  }
  check_names("--dataset", options.datasets);
  check_names("--model", options.models);
  for (const std::string& dataset : options.datasets) check_dag_benchmark(dataset);
  for (const std::string& model : options.models) check_dag_model(model);
  check_precision(with_changes({}, options.changes).training.precision);
  const Ranks& ranks = options.ranks;
  const ThreadLimit limit(apps::threads_for(ranks, options.threads));
  apps::OutputFolder folder(options.output_dir, ranks);
  FoundRecords found = read_run_records(options.output_dir);
  for (const fs::path& file : found.unreadable) {
    fmt::print("{} is no record of a run; that run is done again if it is asked for\n", file.string());
  }
  std::set<std::string> finished;
  for (const RunRecord& record : found.records) finished.insert(record.identity.name());
  if (ranks.is_first() && fs::is_directory(options.output_dir / "runs")) {
    remove_partial_files(options.output_dir / "runs");
  }
  apps::StopSignal stop(options.resume.seconds_left());
  folder.make();  // all have read the records before any is written
  int next_rank = 0;
  fs::create_directories(options.output_dir / "runs");
  for (const std::string& dataset : options.datasets) {
    for (std::int64_t s = 0; s < options.seeds && !stop.requested(); ++s) {
      const std::uint64_t seed = options.first_seed + static_cast<std::uint64_t>(s);
      const PreparedDags data = prepare(load_dag_benchmark(dataset, options.data, seed));
      const std::string split_digest = digest_of_split(data.benchmark.split);
      for (const std::string& model : options.models) {
        if (stop.requested()) break;
        std::optional<RunSettings> settings;
        if (!is_dag_baseline(model)) settings = settings_of_network(data, model, options.changes);
        const RunIdentity identity{data.benchmark.name,
                                   model,
                                   data.benchmark.protocol,
                                   std::string(name(data.benchmark.labels.tasks.front().type)),
                                   0,
                                   seed,
                                   settings.has_value() ? apps::json_text(to_json(*settings)) : "{}",
                                   data.digest,
                                   split_digest};
        if (finished.contains(identity.name())) {
          forget_checkpoints(identity, options);
          continue;
        }
        const int dealt_to = next_rank++ % ranks.size();
        if (dealt_to != ranks.rank()) continue;
        std::optional<RunRecord> record = run_once(data, identity, settings, options, stop);
        if (record.has_value()) found.records.push_back(*std::move(record));
      }
    }
  }
  apps::share_stop(ranks, stop);
  apps::leave_to_first(ranks);
  if (ranks.size() > 1) found = read_run_records(options.output_dir);
  fmt::print("{}", write_tables(folder.files().staging(), found.records));
  folder.files().commit();
  if (stop.requested()) {
    throw apps::Stopped(
        stop.signal(),
        fmt::format("{} holds the records of the runs that are done", options.output_dir.string()),
        apps::Stopped::GoOn::kWithResume);
  }
  std::error_code others_are_in_it;  // checkpoints of runs that were not asked for this time
  fs::remove(options.output_dir / "checkpoints", others_are_in_it);
}

}  // namespace plstm::bench
