#include "split_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>

#include "descriptors.hpp"
#include "forest.hpp"
#include "morgan.hpp"

namespace plstm::bench {
namespace {

// Values of all reported metrics on some rows; `predictions` are finished: values in users' units, or
// probabilities. All metrics of classes look at their order alone.
std::vector<std::optional<double>> judge(const BenchData& data, std::span<const std::int32_t> rows,
                                         const Matrix<float>& predictions) {
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
        evaluate<float>(metric, {predictions.data(), predictions.rows(), predictions.cols()},
                        {targets.data(), count, targets.cols()}, {present.data(), count, present.cols()});
    if (value.has_value() && std::isnan(*value)) value.reset();
    values.push_back(value);
  }
  return values;
}

// With the time it takes.
template <class Make>
Predictions timed(const Make& make) {
  const auto start = std::chrono::steady_clock::now();
  Predictions predictions = make();
  predictions.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return predictions;
}

RunOutcome score(const BenchData& data, const Split& split, Predictions predictions) {
  RunOutcome outcome;
  const auto on_validation = judge(data, split.validation, predictions.validation);
  const auto on_test = judge(data, split.test, predictions.test);
  const std::vector<Metric> metrics = reported_metrics(data.task);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    outcome.scores.push_back({std::string(name(metrics[i])), on_validation[i], on_test[i]});
  }
  outcome.predictions = std::move(predictions);
  return outcome;
}

Predictions run_network(const BenchData& data, const RunSettings& settings, const Split& split,
                        std::uint64_t seed, const std::function<void(const EpochReport&)>& on_epoch) {
  GraphModelConfig config = complete_config(settings.model, data);
  if (data.graph_value_width > 0) {
    config.graph_value_scaling = make_graph_value_scaling(data.graphs, split.train);
  }
  const GraphModel model = make_graph_model(config);
  const ConstMatrixMap<std::uint8_t> present(data.present.data(), data.present.rows(), data.present.cols());
  Matrix<float> targets = data.targets;
  std::optional<TargetScaler> scaler;
  if (data.task == TaskType::kRegression) {
    scaler = make_target_scaler<float>({data.targets.data(), data.targets.rows(), data.targets.cols()},
                                       present, split.train);
    scaler->apply<float>({targets.data(), targets.rows(), targets.cols()});
  }
  const TrainingData training{{targets.data(), targets.rows(), targets.cols()},
                              present,
                              split.train,
                              split.validation,
                              scaler.has_value() ? &*scaler : nullptr};
  const Learner learner = graph_learner(model, data.graphs);
  // Members run side by side; each one's result has a place of its own.
  const auto members = static_cast<std::size_t>(settings.members);
  std::vector<Predictions> trained(members);
  parallel_for(members, 1, [&](std::size_t i) {
    TrainOptions options = settings.training;
    options.seed = i == 0 ? seed : mix_seed(seed, i);
    const TrainResult result = train(learner, initial_values<float>(model.layout, options.seed), training,
                                     options, members == 1 ? on_epoch : nullptr);
    const auto finished = [&](std::span<const std::int32_t> rows) {
      const std::vector<float> values = predict(learner, result.parameters, rows, options.precision);
      Matrix<float> matrix =
          ConstMatrixMap<float>(values.data(), static_cast<Index>(rows.size()), model.config.outputs);
      finish_predictions(data.task, data.classes, scaler, {matrix.data(), matrix.rows(), matrix.cols()});
      return matrix;
    };
    trained[i].validation = finished(split.validation);
    trained[i].test = finished(split.test);
    trained[i].best_epoch = result.best_epoch;
    trained[i].parameters = static_cast<std::int64_t>(model.layout.num_values());
  });
  for (std::size_t i = 1; i < members; ++i) {
    trained[0].validation += trained[i].validation;
    trained[0].test += trained[i].test;
    trained[0].best_epoch += trained[i].best_epoch;
    trained[0].parameters += trained[i].parameters;
  }
  const float share = 1.0f / static_cast<float>(members);
  trained[0].validation *= share;
  trained[0].test *= share;
  trained[0].best_epoch /= settings.members;
  return std::move(trained[0]);
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

// Models that start from the constants: fit(validation, test) puts better values or logits in their place
// and returns the number of what it learned.
template <class Fit>
Predictions run_from_constants(const BenchData& data, const Split& split, const Fit& fit) {
  return timed([&] {
    Predictions predictions;
    predictions.validation = constant_outputs(data, split.train, split.validation.size());
    predictions.test = constant_outputs(data, split.train, split.test.size());
    predictions.parameters = fit(predictions.validation, predictions.test);
    for (Matrix<float>* outputs : {&predictions.validation, &predictions.test}) {
      finish_predictions(data.task, data.classes, std::nullopt,
                         {outputs->data(), outputs->rows(), outputs->cols()});
    }
    return predictions;
  });
}

Predictions run_forest(const BenchData& data, const Split& split, std::uint64_t seed) {
  return run_from_constants(data, split, [&](Matrix<float>& validation, Matrix<float>& test) {
    return fit_and_predict_forest(data, split, seed, validation, test);
  });
}

// How well shares of classes fit labels: the mean logarithm of the right class's share.
double log_likelihood(const BenchData& data, std::span<const std::int32_t> rows,
                      const Matrix<float>& shares) {
  constexpr float kLeastShare = 1e-6f;
  double sum = 0;
  Index count = 0;
  for (Index i = 0; i < shares.rows(); ++i) {
    const std::int32_t row = rows[static_cast<std::size_t>(i)];
    for (Index task = 0; task < data.targets.cols(); ++task) {
      if (data.present(row, task) == 0) continue;
      const auto label = static_cast<Index>(data.targets(row, task));
      sum += std::log(std::max(shares(i, task * data.classes + label), kLeastShare));
      ++count;
    }
  }
  return count > 0 ? sum / static_cast<double>(count) : 0.0;
}

// The weighted mean of both; of five weights the one that is best on the validation rows: by the first
// metric, but for classes, whose accuracy on few rows is coarse, and flatters the network, as its epoch was
// chosen by it: there by their likelihood.
Predictions blend(const BenchData& data, const Split& split, const Predictions& network,
                  const Predictions& forest) {
  const Metric metric = reported_metrics(data.task).front();
  const bool classes = data.task == TaskType::kMulticlass;
  Predictions best;
  std::optional<double> best_value;
  for (const float share : {0.5f, 0.25f, 0.75f, 0.0f, 1.0f}) {
    Matrix<float> validation = (1 - share) * network.validation + share * forest.validation;
    const std::optional<double> value = classes ? log_likelihood(data, split.validation, validation)
                                                : judge(data, split.validation, validation).front();
    const bool improves =
        value.has_value() &&
        (!best_value.has_value() || (classes ? *value > *best_value : better(metric, *value, *best_value)));
    if (best.validation.size() > 0 && !improves) continue;
    best_value = value;
    best.validation = std::move(validation);
    best.test = (1 - share) * network.test + share * forest.test;
  }
  best.best_epoch = network.best_epoch;
  best.parameters = network.parameters + forest.parameters;
  best.seconds = network.seconds + forest.seconds;
  return best;
}

}  // namespace

SplitRun::SplitRun(const BenchData& data, const RunSettings& settings, const Split& split, std::uint64_t seed,
                   OnEpoch on_epoch)
    : data_(data), settings_(settings), split_(split), seed_(seed), on_epoch_(std::move(on_epoch)) {}

const Predictions& SplitRun::network() {
  if (network_failure_ != nullptr) std::rethrow_exception(network_failure_);
  if (!network_.has_value()) {
    try {
      network_ = timed([&] { return run_network(data_, settings_, split_, seed_, on_epoch_); });
    } catch (const TrainingError&) {
      network_failure_ = std::current_exception();
      throw;
    }
  }
  return *network_;
}

const Predictions& SplitRun::forest() {
  if (!forest_.has_value()) forest_ = run_forest(data_, split_, seed_);
  return *forest_;
}

Predictions SplitRun::predictions_of(const ModelInfo& model) {
  switch (model.kind) {
    case ModelKind::kConstant:
      return run_from_constants(data_, split_, [&](Matrix<float>&, Matrix<float>&) {
        return num_outputs(data_.task, data_.targets.cols(), data_.classes);
      });
    case ModelKind::kMorgan:
      return run_from_constants(data_, split_, [&](Matrix<float>& validation, Matrix<float>& test) {
        return fit_and_predict_fingerprints(data_, split_, validation, test);
      });
    case ModelKind::kDescriptors:
      return run_from_constants(data_, split_, [&](Matrix<float>& validation, Matrix<float>& test) {
        return fit_and_predict_descriptors(data_, split_, validation, test);
      });
    case ModelKind::kForest:
      return forest();
    case ModelKind::kWithForest:
      return blend(data_, split_, network(), forest());
    case ModelKind::kNetwork:
      break;
  }
  return network();
}

RunOutcome SplitRun::outcome_of(const ModelInfo& model) {
  return score(data_, split_, predictions_of(model));
}

}  // namespace plstm::bench
