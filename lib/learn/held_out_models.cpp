#include "plstm/learn/held_out_models.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/train/baselines/logistic.hpp>
#include <plstm/train/baselines/ridge.hpp>

#include "learn/constant_outputs.hpp"

namespace plstm {
namespace {

using Rows = std::span<const std::int32_t>;

void add(std::vector<float>& sum, const std::vector<float>& values) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i];
}

HeldOut mean_of(std::vector<HeldOut> members) {
  HeldOut mean = std::move(members.front());
  for (std::size_t i = 1; i < members.size(); ++i) {
    add(mean.validation, members[i].validation);
    add(mean.test, members[i].test);
    mean.best_epoch += members[i].best_epoch;
    mean.parameters += members[i].parameters;
  }
  const float share = 1.0f / static_cast<float>(members.size());
  for (float& value : mean.validation) value *= share;
  for (float& value : mean.test) value *= share;
  mean.best_epoch /= std::ssize(members);
  return mean;
}

std::vector<double> predict_rows(const RidgeModel& model, const FeatureSource& features, Rows rows) {
  const std::vector<float> values = features.of_rows(rows);
  return predict<float>(model, {values.data(), std::ssize(rows), features.columns});
}

void put(std::span<const double> values, Index task, MatrixMap<float> outputs) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    outputs(static_cast<Index>(i), task) = static_cast<float>(values[i]);
  }
}

double squared_error(std::span<const double> predictions, std::span<const double> labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum += (predictions[i] - labels[i]) * (predictions[i] - labels[i]);
  }
  return sum;
}

RidgeModel ridge_by_validation(const RowLabels& labels, const FeatureSource& features, const Split& split,
                               Index task, const ConstMatrixMap<float>& known,
                               std::span<const double> known_labels) {
  const std::vector<std::int32_t> judged = labelled_rows(labels, split.validation, task);
  const std::vector<double> judged_labels = labels_of(labels, judged, task);
  const std::vector<float> values = features.of_rows(judged);
  const ConstMatrixMap<float> judged_values(values.data(), std::ssize(judged), features.columns);
  std::optional<RidgeModel> best;
  double least = 0;
  for (const double penalty : RidgeOptions{}.penalties) {
    RidgeModel model = fit_ridge<float>(known, known_labels, {{penalty}});
    const double error = squared_error(predict<float>(model, judged_values), judged_labels);
    if (best.has_value() && error >= least) continue;
    least = error;
    best = std::move(model);
  }
  return *std::move(best);
}

BinaryRows binary_rows(std::span<const std::vector<std::uint32_t>> ones, Index columns, Rows rows) {
  BinaryRows binary(columns);
  for (const std::int32_t row : rows) binary.append(ones[static_cast<std::size_t>(row)]);
  return binary;
}

// The columns that the penalties of logistic regression are chosen by are sparse fingerprints.
constexpr std::array<double, 6> kLogisticPenalties{0.03, 0.3, 1, 3, 10, 100};

void require_no_classes(const char* model, const RowLabels& labels) {
  if (labels.type == TaskType::kMulticlass) {
    throw ConfigError(fmt::format("{}: the task is multiclass, expected numbers or yes and no", model));
  }
}

}  // namespace

HeldOut held_out_networks(const GraphModelConfig& config, std::span<const PreparedGraph> graphs,
                          const RowLabels& labels, const Split& split, const TrainOptions& options,
                          std::int32_t members, const MemberHooks& hooks) {
  GraphModelConfig complete = config;
  if (config.graph_value_width > 0) {
    complete.graph_value_scaling = make_graph_value_scaling(graphs, split.train);
  }
  const GraphModel model = make_graph_model(complete);
  Matrix<float> targets = labels.targets;
  std::optional<TargetScaler> scaler;
  if (labels.type == TaskType::kRegression) {
    scaler = make_target_scaler<float>(labels.targets, labels.present, split.train);
    scaler->apply<float>({targets.data(), targets.rows(), targets.cols()});
  }
  const TrainingData data{{targets.data(), targets.rows(), targets.cols()},
                          labels.present,
                          split.train,
                          split.validation,
                          scaler.has_value() ? &*scaler : nullptr};
  const Learner learner = graph_learner(model, graphs);
  std::vector<HeldOut> trained;
  for (const TrainResult& result : train_members(learner, data, options, members, hooks)) {
    if (result.stopped) throw StoppedError("the training of networks was stopped before it was over");
    const auto finished = [&](Rows rows) {
      std::vector<float> values = predict(learner, result.parameters, rows, options.precision);
      finish_predictions(labels.type, labels.classes, scaler,
                         MatrixMap<float>(values.data(), std::ssize(rows), model.config.outputs));
      return values;
    };
    trained.push_back({finished(split.validation), finished(split.test), result.best_epoch,
                       static_cast<std::int64_t>(model.layout.num_values())});
  }
  return mean_of(std::move(trained));
}

HeldOut held_out_ridge(const RowLabels& labels, const FeatureSource& features, const Split& split,
                       PenaltyChoice choice) {
  require_no_classes("ridge regression", labels);
  return held_out_from_constants(labels, split, [&](MatrixMap<float> validation, MatrixMap<float> test) {
    for (Index task = 0; task < labels.tasks(); ++task) {
      const std::vector<std::int32_t> train = labelled_rows(labels, split.train, task);
      const std::vector<double> known_labels = labels_of(labels, train, task);
      if (all_equal(known_labels)) continue;
      const std::vector<float> values = features.of_rows(train);
      const ConstMatrixMap<float> known(values.data(), std::ssize(train), features.columns);
      const RidgeModel model = choice == PenaltyChoice::kValidation
                                   ? ridge_by_validation(labels, features, split, task, known, known_labels)
                                   : fit_ridge<float>(known, known_labels);
      put(predict_rows(model, features, split.validation), task, validation);
      put(predict_rows(model, features, split.test), task, test);
    }
    return labels.tasks() * (features.columns + 1);
  });
}

HeldOut held_out_logistic(const RowLabels& labels, std::span<const std::vector<std::uint32_t>> ones,
                          Index columns, const Split& split) {
  if (labels.type != TaskType::kClassification) {
    throw ConfigError("logistic regression: expected a task of yes and no");
  }
  return held_out_from_constants(labels, split, [&](MatrixMap<float> validation, MatrixMap<float> test) {
    for (Index task = 0; task < labels.tasks(); ++task) {
      const std::vector<std::int32_t> train = labelled_rows(labels, split.train, task);
      const std::vector<double> known_labels = labels_of(labels, train, task);
      if (all_equal(known_labels)) continue;
      const BinaryRows known = binary_rows(ones, columns, train);
      const std::vector<std::int32_t> judged = labelled_rows(labels, split.validation, task);
      const BinaryRows judged_rows = binary_rows(ones, columns, judged);
      const std::vector<double> judged_labels = labels_of(labels, judged, task);
      std::optional<LogisticModel> best;
      double best_score = -1;
      for (const double penalty : kLogisticPenalties) {
        LogisticModel model = fit_logistic(known, known_labels, {.penalty = penalty});
        // A task whose validation labels are all equal judges no penalty; then the first one stays.
        const double score = roc_auc(predict(model, judged_rows), judged_labels).value_or(0);
        if (score <= best_score) continue;
        best_score = score;
        best = std::move(model);
      }
      put(predict(*best, binary_rows(ones, columns, split.validation)), task, validation);
      put(predict(*best, binary_rows(ones, columns, split.test)), task, test);
    }
    return labels.tasks() * (columns + 1);
  });
}

}  // namespace plstm
