#include "dag_models.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/hash.hpp>
#include <plstm/data/dags/infer_schema.hpp>
#include <plstm/learn/dags/dag_predictor.hpp>
#include <plstm/learn/dags/flat_features.hpp>
#include <plstm/learn/dags/structural_features.hpp>
#include <plstm/learn/held_out/held_out_models.hpp>
#include <plstm/learn/row_labels.hpp>

#include "bench/models/from_checkpoints.hpp"

namespace plstm::bench {
namespace {

GraphSchema schema_of(const DagBenchmark& benchmark) {
  SchemaWishes wishes;
  wishes.ignored = benchmark.ignored;
  for (const std::string& target : benchmark.labels.names) wishes.ignored.push_back(target);
  GraphSchema schema = infer_schema(benchmark.records, benchmark.split.train, wishes).schema;
  schema.dag.parallel = ParallelEdges::kKeep;
  schema.counts = benchmark.labels.level == Readout::kGraph;
  return schema;
}

Matrix<double> values_of(const Predictor& predictor, const LabeledGraphs& graphs,
                         std::span<const std::int32_t> chosen) {
  const Predictions said = predictor.predict(graphs.graphs(), chosen);
  return ConstMatrixMap<double>(said.values.data(), static_cast<Index>(said.num_rows()),
                                std::ssize(said.columns));
}

Matrix<double> as_matrix(const std::vector<float>& values, Index columns) {
  return ConstMatrixMap<float>(values.data(), std::ssize(values) / columns, columns).cast<double>();
}

GraphBodyKind body_of(const std::string& model) {
  return parse_named(kGraphBodyNames, "model", model == kDagCompanion ? "plstm" : model);
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

PreparedDags prepare(DagBenchmark benchmark) {
  PreparedDags result;
  result.benchmark = std::move(benchmark);
  Matrix<double> targets = result.benchmark.labels.targets;
  for (Index i = 0; i < targets.size(); ++i) {
    if (result.benchmark.labels.present.data()[i] == 0)
      targets.data()[i] = std::numeric_limits<double>::quiet_NaN();
  }
  result.graphs = label_records(
      result.benchmark.records, schema_of(result.benchmark), result.benchmark.labels.level,
      {targets.data(), static_cast<std::size_t>(targets.size())}, result.benchmark.labels.names);
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

bool is_dag_baseline(const std::string& model) {
  constexpr std::array<std::string_view, 6> kBaselines{"mean",    "ridge",         "forest",
                                                       "boosted", "forest-counts", "boosted-counts"};
  return std::ranges::find(kBaselines, model) != kBaselines.end();
}

void check_dag_model(const std::string& model) {
  if (!is_dag_baseline(model)) body_of(model);
}

RunSettings settings_of_network(const PreparedDags& data, const std::string& model, const Json& changes) {
  Settings recommended = recommended_settings(Preset::kDefault, facts_of(data.graphs),
                                              data.benchmark.labels.tasks, body_of(model));
  RunSettings run;
  run.model = std::move(recommended.model);
  run.training = std::move(recommended.training);
  run.members = 1;  // models are compared network by network, unless members=N is set
  return with_changes(run, changes);
}

DagOutcome train_network(const PreparedDags& data, const std::string& model, const RunSettings& settings,
                         const FitOptions& asked,
                         const std::function<void(const std::string&)>& on_bad_checkpoint) {
  Recipe recipe;
  recipe.tasks = data.benchmark.labels.tasks;
  recipe.change = [&](Settings& own) {
    own.model = settings.model;
    own.training = settings.training;
    own.members = settings.members;
    own.companion = model == kDagCompanion;
  };
  FitOptions fitting = asked;
  fitting.split = FitSplit{data.benchmark.split.train, data.benchmark.split.validation, false};
  double seconds_before = 0;  // members are trained side by side
  fitting.on_resume = [&](std::int32_t, std::span<const EpochReport> history) {
    double seconds = 0;
    for (const EpochReport& report : history) seconds += report.seconds;
    seconds_before = std::max(seconds_before, seconds);
  };
  const auto train = [&] {
    seconds_before = 0;
    const Clock::time_point start = Clock::now();
    const Predictor predictor = fit(data.graphs, recipe, fitting);
    return DagOutcome{
        values_of(predictor, data.graphs, data.benchmark.split.validation),
        values_of(predictor, data.graphs, data.benchmark.split.test),
        static_cast<std::int64_t>(predictor.members().size() * predictor.members().front().parameters.size()),
        seconds_before + seconds_since(start)};
  };
  if (!fitting.checkpoints.has_value()) return train();
  return from_checkpoints(fitting.checkpoints->folder, on_bad_checkpoint, train);
}

DagOutcome train_baseline(const PreparedDags& data, const std::string& model, std::uint64_t seed,
                          const std::function<bool()>& stop) {
  const Clock::time_point start = Clock::now();
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
      return model == "forest" ? held_out_forest(rows, source, split, seed, stop)
                               : held_out_boosted_trees(rows, source, split, seed, stop);
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
    found = model == "forest-counts" ? held_out_forest(rows, source, split, seed, stop)
                                     : held_out_boosted_trees(rows, source, split, seed, stop);
  }
  return {as_matrix(found.validation, rows.outputs()), as_matrix(found.test, rows.outputs()),
          found.parameters, seconds_since(start)};
}

}  // namespace plstm::bench
