#include "dag_experiment.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/hash.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/dags/infer_schema.hpp>
#include <plstm/learn/dags/dag_predictor.hpp>
#include <plstm/learn/dags/flat_features.hpp>
#include <plstm/learn/dags/structural_features.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>
#include <plstm/learn/row_labels.hpp>
#include <plstm/learn/run_record.hpp>
#include <plstm/train/objectives/rank_metrics.hpp>

#include "bench/data/splits.hpp"
#include "bench/models/settings.hpp"
#include "bench/runs/tables.hpp"
#include "support/json_text.hpp"
#include "support/rank_roles.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::bench {
namespace {

// A benchmark as models read it.
struct Prepared {
  DagBenchmark benchmark;
  GraphSchema schema;
  LabeledGraphs graphs;
  std::string digest;
};

GraphSchema schema_of(const DagBenchmark& benchmark) {
  SchemaWishes wishes;
  wishes.ignored = benchmark.ignored;
  for (const std::string& target : benchmark.labels.names) wishes.ignored.push_back(target);
  GraphSchema schema = infer_schema(benchmark.records, benchmark.split.train, wishes).schema;
  schema.dag.parallel = ParallelEdges::kKeep;
  schema.counts = benchmark.labels.level == Readout::kGraph;
  return schema;
}

Prepared prepare(DagBenchmark benchmark) {
  Prepared result;
  result.benchmark = std::move(benchmark);
  result.schema = schema_of(result.benchmark);
  Matrix<double> targets = result.benchmark.labels.targets;
  for (Index i = 0; i < targets.size(); ++i) {
    if (result.benchmark.labels.present.data()[i] == 0)
      targets.data()[i] = std::numeric_limits<double>::quiet_NaN();
  }
  result.graphs = label_records(result.benchmark.records, result.schema, result.benchmark.labels.level,
                                {targets.data(), static_cast<std::size_t>(targets.size())},
                                result.benchmark.labels.names);
  Hash digest;
  digest.add_all(result.graphs.targets());
  digest.add_all(result.graphs.present());
  for (const PreparedGraph& graph : result.graphs.graphs()) {
    for (const Arc& arc : graph.graph.dag.edges()) {
      digest.add_number(static_cast<std::uint64_t>(arc.tail));
      digest.add_number(static_cast<std::uint64_t>(arc.head));
    }
    digest.add_all(std::span<const std::int32_t>(graph.graph.node_codes));
    digest.add_all(std::span<const float>(graph.graph.node_values));
    digest.add_all(std::span<const std::int32_t>(graph.graph.edge_codes));
    digest.add_all(std::span<const float>(graph.graph.edge_values));
    digest.add_all(std::span<const float>(graph.graph.graph_values));
  }
  result.digest = digest.text();
  return result;
}

struct Outcome {
  Matrix<double> validation, test;  // things by columns
  std::int64_t parameters = 0;
};

Matrix<double> values_of(const Predictor& predictor, const LabeledGraphs& graphs,
                         std::span<const std::int32_t> chosen) {
  const Predictions said = predictor.predict(graphs.graphs(), chosen);
  return ConstMatrixMap<double>(said.values.data(), static_cast<Index>(said.num_rows()),
                                std::ssize(said.columns));
}

Settings settings_of_model(const Prepared& data, GraphBodyKind body, const Json& changes) {
  RunSettings run;
  Settings settings =
      recommended_settings(Preset::kDefault, facts_of(data.graphs), data.benchmark.labels.tasks, body);
  settings.members = 1;  // models are compared network by network, unless members=N is set
  run.model = settings.model;
  run.training = settings.training;
  run.members = settings.members;
  run = with_changes(run, changes);
  settings.model = run.model;
  settings.training = run.training;
  settings.members = run.members;
  return settings;
}

Outcome train_network(const Prepared& data, const Settings& settings, std::uint64_t seed, bool companion,
                      const DagBenchOptions& options, const apps::StopSignal& stop) {
  Recipe recipe;
  recipe.tasks = data.benchmark.labels.tasks;
  recipe.change = [&](Settings& own) {
    own = settings;
    own.companion = companion;
  };
  FitOptions fitting;
  fitting.split = FitSplit{data.benchmark.split.train, data.benchmark.split.validation, false};
  fitting.seed = seed;
  fitting.stop = [&stop] { return stop.requested(); };
  if (options.verbose) {
    fitting.on_epoch = [&](std::int32_t member, const EpochReport& report) {
      fmt::print("  network {} epoch {}: train loss {:.4f}, validation {:.4f}{}, {:.0f} graphs/s\n", member,
                 report.epoch, report.train_loss, report.validation_metric, report.best ? " *" : "",
                 report.samples_per_second);
      std::fflush(stdout);
    };
  }
  const Predictor predictor = fit(data.graphs, recipe, fitting);
  return {
      values_of(predictor, data.graphs, data.benchmark.split.validation),
      values_of(predictor, data.graphs, data.benchmark.split.test),
      static_cast<std::int64_t>(predictor.members().size() * predictor.members().front().parameters.size())};
}

Matrix<double> as_matrix(const std::vector<float>& values, Index columns) {
  return ConstMatrixMap<float>(values.data(), std::ssize(values) / columns, columns).cast<double>();
}

Outcome train_baseline(const Prepared& data, const std::string& model, std::uint64_t seed) {
  const RecordLabels& labels = data.benchmark.labels;
  const Matrix<float> targets = labels.targets.cast<float>();
  const RowLabels rows{labels.tasks.front().type,
                       labels.tasks.front().classes,
                       {targets.data(), targets.rows(), targets.cols()},
                       {labels.present.data(), labels.present.rows(), labels.present.cols()}};
  const Split split{things_of(labels.offsets, data.benchmark.split.train),
                    things_of(labels.offsets, data.benchmark.split.validation),
                    things_of(labels.offsets, data.benchmark.split.test)};
  const auto with_features = [&](const auto& train) {
    const Matrix<float> features = flat_features(data.graphs);
    return train(matrix_features({features.data(), features.rows(), features.cols()}));
  };
  HeldOut found;
  if (model == "mean") {
    found = held_out_constant(rows, split);
  } else if (model == "ridge") {
    if (rows.type == TaskType::kMulticlass)
      throw ConfigError(
          fmt::format("{} has classes, which ridge does not know; take forest", data.benchmark.name));
    found = with_features([&](const FeatureSource& source) {
      return held_out_ridge(rows, source, split, PenaltyChoice::kCrossValidation);
    });
  } else if (model == "forest" || model == "boosted") {
    found = with_features([&](const FeatureSource& source) {
      return model == "forest" ? held_out_forest(rows, source, split, seed)
                               : held_out_boosted_trees(rows, source, split, seed);
    });
  } else {
    const Matrix<float> structure = structural_features(data.graphs);
    std::vector<FeatureSource> parts{matrix_features({structure.data(), structure.rows(), structure.cols()})};
    std::vector<std::vector<LabelCount>> counts;
    if (labels.level == Readout::kGraph) {
      counts = subtree_counts(data.graphs.graphs());
      parts.push_back(count_features(counts, split.train));
    }
    const FeatureSource source = joined_features(std::move(parts));
    found = model == "forest-counts" ? held_out_forest(rows, source, split, seed)
                                     : held_out_boosted_trees(rows, source, split, seed);
  }
  return {as_matrix(found.validation, rows.outputs()), as_matrix(found.test, rows.outputs()),
          found.parameters};
}

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

bool is_baseline(const std::string& model) {
  constexpr std::array<std::string_view, 6> kBaselines{"mean",    "ridge",         "forest",
                                                       "boosted", "forest-counts", "boosted-counts"};
  return std::ranges::find(kBaselines, model) != kBaselines.end();
}

constexpr const char* kCompanion = "plstm+companion";

GraphBodyKind body_of(const std::string& model) {
  return parse_named(kGraphBodyNames, "model", model == kCompanion ? "plstm" : model);
}

}  // namespace

void add_dag_flags(CLI::App& app, DagBenchOptions& options) {
  std::string names;
  for (const DagBenchmarkInfo& each : dag_benchmarks())
    names += fmt::format("; {}: {}", each.name, each.description);
  app.add_option("--dataset", options.datasets, "benchmarks" + names)->required();
  app.add_option("--model", options.models,
                 "plstm, plstm+companion (targets of graphs), another network (see --list), or mean; ridge, "
                 "forest, boosted (trees; no structure); forest-counts, boosted-counts (with counts of it)")
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
  app.add_option("-o,--output-dir", options.output_dir, "folder for records and tables")
      ->capture_default_str();
  app.add_option("--seeds", options.seeds, "number of seeds")->capture_default_str();
  app.add_option("--first-seed", options.first_seed, "the first seed")->capture_default_str();
  app.add_option("--set", options.changes,
                 "changes a setting of networks: name=value (members=5, epochs=20, ...)");
  app.add_option("--threads", options.threads, "number of threads (0: all cores)")->capture_default_str();
  app.add_flag("--verbose", options.verbose, "a line for each epoch");
  app.footer("Example: plstm-bench dag --dataset nas201 --labels 200 --model plstm gin forest --seeds 3");
}

void run_dag_experiment(const DagBenchOptions& asked) {
  DagBenchOptions options = asked;
  if (options.data.data_dir.empty()) {
    const char* folder = std::getenv("PLSTM_DATASETS");
    options.data.data_dir = folder != nullptr ? folder : ".";
  }
  for (const std::string& model : options.models) {
    if (!is_baseline(model)) body_of(model);
  }
  Json changes = Json::object();
  for (const std::string& change : options.changes) add_change(changes, change);
  const Ranks& ranks = options.ranks;
  const ThreadLimit limit(apps::threads_for(ranks, options.threads));
  apps::OutputFolder folder(options.output_dir, ranks);
  FoundRecords found = read_run_records(options.output_dir);
  std::set<std::string> finished;
  for (const RunRecord& record : found.records) finished.insert(record.identity.name());
  apps::StopSignal stop;
  folder.make();  // all have read the records before any is written
  int next_rank = 0;
  std::filesystem::create_directories(options.output_dir / "runs");
  for (const std::string& dataset : options.datasets) {
    for (std::int64_t s = 0; s < options.seeds && !stop.requested(); ++s) {
      const std::uint64_t seed = options.first_seed + static_cast<std::uint64_t>(s);
      const Prepared data = prepare(load_dag_benchmark(dataset, options.data, seed));
      const std::string split_digest = digest_of_split(data.benchmark.split);
      for (const std::string& model : options.models) {
        if (stop.requested()) break;
        std::string settings_text = "{}";
        std::optional<Settings> settings;
        if (!is_baseline(model)) {
          settings = settings_of_model(data, body_of(model), changes);
          RunSettings run;
          run.model = settings->model;
          run.training = settings->training;
          run.members = settings->members;
          settings_text = apps::json_text(to_json(run));
        }
        RunRecord record;
        record.identity = {data.benchmark.name,
                           model,
                           data.benchmark.protocol,
                           std::string(name(data.benchmark.labels.tasks.front().type)),
                           0,
                           seed,
                           settings_text,
                           data.digest,
                           split_digest};
        if (finished.contains(record.identity.name())) continue;
        const int dealt_to = next_rank++ % ranks.size();
        if (dealt_to != ranks.rank()) continue;
        const auto start = std::chrono::steady_clock::now();
        Outcome outcome;
        try {
          outcome = settings.has_value()
                        ? train_network(data, *settings, seed, model == kCompanion, options, stop)
                        : train_baseline(data, model, seed);
        } catch (const TrainingError&) {
          if (!stop.requested()) throw;
        }
        if (stop.requested()) break;
        record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        record.parameters = outcome.parameters;
        record.train_rows = std::ssize(data.benchmark.split.train);
        record.validation_rows = std::ssize(data.benchmark.split.validation);
        record.test_rows = std::ssize(data.benchmark.split.test);
        const auto validation =
            scores_of(data.benchmark, data.benchmark.split.validation, outcome.validation);
        const auto test = scores_of(data.benchmark, data.benchmark.split.test, outcome.test);
        std::string line;
        for (std::size_t i = 0; i < test.size(); ++i) {
          // A companion has learnt the validation rows.
          const bool is_known = model == kCompanion;
          record.scores.push_back(
              {test[i].first, is_known ? std::nullopt : validation[i].second, test[i].second});
          line += fmt::format("  {} {:.4f}", test[i].first,
                              test[i].second.value_or(std::numeric_limits<double>::quiet_NaN()));
        }
        fmt::print("{} {} seed {}:{}  ({:.0f} s)\n", data.benchmark.name, model, seed, line, record.seconds);
        std::fflush(stdout);
        write_run_record(options.output_dir, record);
        found.records.push_back(std::move(record));
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
}

}  // namespace plstm::bench
