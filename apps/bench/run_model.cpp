#include "run_model.hpp"

#include <algorithm>
#include <cmath>

#include <plstm/core/error.hpp>

#include "morgan.hpp"

namespace plstm::bench {
namespace {

// Values of all reported metrics on some rows, `outputs` as a model gives them: logits, or values in users'
// units.
std::vector<std::optional<double>> judge(const BenchData& data, std::span<const std::int32_t> rows,
                                         const Matrix<float>& outputs) {
  const auto count = static_cast<Index>(rows.size());
  Matrix<float> targets(count, data.targets.cols());
  Matrix<std::uint8_t> present(count, data.targets.cols());
  for (Index i = 0; i < count; ++i) {
    targets.row(i) = data.targets.row(rows[static_cast<std::size_t>(i)]);
    present.row(i) = data.present.row(rows[static_cast<std::size_t>(i)]);
  }
  std::vector<std::optional<double>> values;
  for (const Metric metric : reported_metrics(data.task)) {
    std::optional<double> value =
        evaluate<float>(metric, {outputs.data(), outputs.rows(), outputs.cols()},
                        {targets.data(), count, targets.cols()}, {present.data(), count, present.cols()});
    if (value.has_value() && std::isnan(*value)) value.reset();
    values.push_back(value);
  }
  return values;
}

void add_scores(const BenchData& data, const Split& split, const Matrix<float>& validation,
                const Matrix<float>& test, RunOutcome& outcome) {
  const auto on_validation = judge(data, split.validation, validation);
  const auto on_test = judge(data, split.test, test);
  const std::vector<Metric> metrics = reported_metrics(data.task);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    outcome.scores.push_back({std::string(name(metrics[i])), on_validation[i], on_test[i]});
  }
  outcome.test_predictions = test;
  finish_predictions(data.task, data.classes, std::nullopt,
                     {outcome.test_predictions.data(), test.rows(), test.cols()});
}

RunOutcome run_network(const BenchData& data, const RunSettings& settings, const Split& split,
                       std::uint64_t seed, const std::function<void(const EpochReport&)>& on_epoch) {
  const GraphModel model = make_graph_model(complete_config(settings.model, data));
  const ConstMatrixMap<std::uint8_t> present(data.present.data(), data.present.rows(), data.present.cols());
  Matrix<float> targets = data.targets;
  std::optional<TargetScaler> scaler;
  if (data.task == TaskType::kRegression) {
    scaler = make_target_scaler<float>({data.targets.data(), data.targets.rows(), data.targets.cols()},
                                       present, split.train);
    scaler->apply<float>({targets.data(), targets.rows(), targets.cols()});
  }
  const TrainingData training{data.graphs,      {targets.data(), targets.rows(), targets.cols()},
                              present,          split.train,
                              split.validation, scaler.has_value() ? &*scaler : nullptr};
  TrainOptions options = settings.training;
  options.seed = seed;
  const TrainResult result =
      train(model, initial_values<float>(model.layout, seed), training, options, on_epoch);
  const auto outputs = [&](std::span<const std::int32_t> rows) {
    const std::vector<float> values =
        predict_graphs(model, result.parameters, data.graphs, rows, options.precision);
    Matrix<float> matrix =
        ConstMatrixMap<float>(values.data(), static_cast<Index>(rows.size()), model.config.outputs);
    if (scaler.has_value()) scaler->invert<float>({matrix.data(), matrix.rows(), matrix.cols()});
    return matrix;
  };
  RunOutcome outcome;
  outcome.best_epoch = result.best_epoch;
  outcome.parameters = model.layout.num_values();
  add_scores(data, split, outputs(split.validation), outputs(split.test), outcome);
  return outcome;
}

// Per output: the mean, the logit of the share of class 1, or the logarithm of each class's share.
Matrix<float> constant_outputs(const BenchData& data, std::span<const std::int32_t> train, std::size_t rows) {
  const Index tasks = data.targets.cols();
  const Index outputs = num_outputs(data.task, tasks, data.classes);
  Matrix<float> row = Matrix<float>::Zero(1, outputs);
  for (Index task = 0; task < tasks; ++task) {
    double count = 0, sum = 0;
    std::vector<double> by_class(static_cast<std::size_t>(data.classes));
    for (const std::int32_t i : train) {
      if (data.present(i, task) == 0) continue;
      ++count;
      sum += data.targets(i, task);
      if (data.task == TaskType::kMulticlass) ++by_class[static_cast<std::size_t>(data.targets(i, task))];
    }
    // Half a label more of each class keeps logarithms finite.
    switch (data.task) {
      case TaskType::kRegression:
        row(0, task) = count > 0 ? static_cast<float>(sum / count) : 0.0f;
        break;
      case TaskType::kClassification:
        row(0, task) = static_cast<float>(std::log((sum + 0.5) / (count - sum + 0.5)));
        break;
      case TaskType::kMulticlass:
        for (Index c = 0; c < data.classes; ++c) {
          row(0, task * data.classes + c) =
              static_cast<float>(std::log((by_class[static_cast<std::size_t>(c)] + 0.5) /
                                          (count + 0.5 * static_cast<double>(data.classes))));
        }
        break;
    }
  }
  return row.replicate(static_cast<Index>(rows), 1);
}

RunOutcome run_constant(const BenchData& data, const Split& split) {
  RunOutcome outcome;
  outcome.parameters = num_outputs(data.task, data.targets.cols(), data.classes);
  add_scores(data, split, constant_outputs(data, split.train, split.validation.size()),
             constant_outputs(data, split.train, split.test.size()), outcome);
  return outcome;
}

RunOutcome run_morgan(const BenchData& data, const Split& split) {
  Matrix<float> validation = constant_outputs(data, split.train, split.validation.size());
  Matrix<float> test = constant_outputs(data, split.train, split.test.size());
  RunOutcome outcome;
  outcome.parameters = fit_and_predict_fingerprints(data, split, validation, test);
  add_scores(data, split, validation, test, outcome);
  return outcome;
}

}  // namespace

RunOutcome run_model(const BenchData& data, const ModelInfo& model, const RunSettings& settings,
                     const Split& split, std::uint64_t seed,
                     const std::function<void(const EpochReport&)>& on_epoch) {
  switch (model.kind) {
    case ModelKind::kConstant:
      return run_constant(data, split);
    case ModelKind::kMorgan:
      return run_morgan(data, split);
    case ModelKind::kNetwork:
      break;
  }
  return run_network(data, settings, split, seed, on_epoch);
}

}  // namespace plstm::bench
