#include "plstm/learn/held_out/held_out_models.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/learn/fit_companion.hpp>
#include <plstm/train/baselines/logistic.hpp>
#include <plstm/train/baselines/ridge.hpp>

#include "learn/constant_outputs.hpp"
#include "learn/held_out/held_out_folds.hpp"

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

// Networks of one configuration, and what they learn from. It refers to itself, so it stays where it is.
class Networks {
 public:
  Networks(const GraphModelConfig& config, std::span<const PreparedGraph> graphs, const RowLabels& labels,
           const Split& split, const TrainOptions& options)
      : labels_(labels),
        split_(split),
        options_(options),
        targets_(labels.targets),
        model_(make_graph_model(completed(config, graphs, split))),
        learner_(graph_learner(model_, graphs)) {
    if (labels.type != TaskType::kRegression) return;
    scaler_ = make_target_scaler<float>(labels.targets, labels.present, split.train);
    scaler_->apply<float>({targets_.data(), targets_.rows(), targets_.cols()});
  }
  Networks(const Networks&) = delete;
  Networks& operator=(const Networks&) = delete;

  const Learner& learner() const { return learner_; }
  const std::optional<TargetScaler>& scaler() const { return scaler_; }

  TrainingData data() const {
    return {{targets_.data(), targets_.rows(), targets_.cols()},
            labels_.present,
            split_.train,
            split_.validation,
            scaler_.has_value() ? &*scaler_ : nullptr};
  }

  std::vector<TrainResult> train(std::span<const TrainingData> data, std::int32_t members,
                                 const MemberHooks& hooks) const {
    std::vector<TrainResult> results = train_members(learner_, data, options_, members, hooks);
    for (const TrainResult& result : results) {
      if (result.stopped) throw StoppedError("the training of networks was stopped before it was over");
    }
    return results;
  }

  HeldOut mean(std::span<const TrainResult> results) const {
    std::vector<HeldOut> trained;
    for (const TrainResult& result : results) {
      const auto finished = [&](Rows rows) {
        std::vector<float> values = predict(learner_, result.parameters, rows, options_.precision);
        finish_predictions(labels_.type, labels_.classes, scaler_,
                           MatrixMap<float>(values.data(), std::ssize(rows), model_.config.outputs));
        return values;
      };
      trained.push_back({finished(split_.validation), finished(split_.test), result.best_epoch,
                         static_cast<std::int64_t>(model_.layout.num_values())});
    }
    return mean_of(std::move(trained));
  }

 private:
  static GraphModelConfig completed(GraphModelConfig config, std::span<const PreparedGraph> graphs,
                                    const Split& split) {
    if (config.graph_value_width > 0) {
      config.graph_value_scaling = make_graph_value_scaling(graphs, split.train);
    }
    return config;
  }

  const RowLabels& labels_;
  const Split& split_;
  const TrainOptions& options_;
  Matrix<float> targets_;
  std::optional<TargetScaler> scaler_;
  GraphModel model_;
  Learner learner_;
};

// Puts (1 - share) value + share companion in the place of each value.
void mix(std::span<float> values, std::span<const double> companion, double share) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>((1 - share) * values[i] + share * companion[i]);
  }
}

}  // namespace

HeldOut held_out_networks(const GraphModelConfig& config, std::span<const PreparedGraph> graphs,
                          const RowLabels& labels, const Split& split, const TrainOptions& options,
                          std::int32_t members, const MemberHooks& hooks) {
  const Networks networks(config, graphs, labels, split, options);
  const TrainingData data = networks.data();
  return networks.mean(networks.train({&data, 1}, members, hooks));
}

HeldOut held_out_with_companion(const GraphModelConfig& config, std::span<const PreparedGraph> graphs,
                                const RowLabels& labels, const Split& split, const TrainOptions& options,
                                std::int32_t members, const MemberHooks& hooks) {
  const Matrix<double> targets = labels.targets.cast<double>();
  const CompanionData data{graphs, {targets.data(), targets.rows(), targets.cols()}, labels.present};
  const std::vector<Task> tasks(static_cast<std::size_t>(labels.tasks()), {labels.type, labels.classes});
  if (!suits_companion(data, split.train, split.validation, tasks)) {
    throw ConfigError(
        "a companion needs counts of every graph, 20 labelled training graphs or more, and numbers or yes "
        "and no as "
        "labels");
  }
  const std::vector<std::int32_t> both = both_parts(split.train, split.validation);
  const Networks networks(config, graphs, labels, split, options);
  const std::vector<Fold> folds = draw_folds(split.train, members, options.seed);
  const std::vector<TrainResult> results =
      networks.train(data_of_folds(networks.data(), folds), members, hooks);
  HeldOut mean = networks.mean(results);
  const CompanionFit fit = fit_companion(
      data, both, tasks, networks.scaler(),
      predict_held_out(networks.learner(), results, folds, tasks, networks.scaler(), options.precision),
      options.seed);
  if (fit.companion->share == 0) return mean;
  const auto columns = tasks.size();
  std::vector<double> of_validation, of_test(split.test.size() * columns);
  for (const std::int32_t row : split.validation) {
    const auto at = std::ranges::lower_bound(both, row) - both.begin();
    const auto first = fit.held_out.begin() + at * std::ssize(tasks);
    of_validation.insert(of_validation.end(), first, first + std::ssize(tasks));
  }
  const CompanionPredictor predictor(fit.companion);
  CompanionPredictor::Workspace workspace;
  for (std::size_t i = 0; i < split.test.size(); ++i) {
    const AttributedGraph& graph = graphs[static_cast<std::size_t>(split.test[i])].graph;
    predictor.predict(graph.graph_counts, graph.graph_values, workspace,
                      std::span(of_test).subspan(i * columns, columns));
  }
  finish_predictions<double>(tasks, networks.scaler(),
                             {of_test.data(), std::ssize(split.test), std::ssize(tasks)});
  mix(mean.validation, of_validation, fit.companion->share);
  mix(mean.test, of_test, fit.companion->share);
  mean.parameters += std::ssize(fit.companion->ridge.weights);
  return mean;
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
      // Values between the labels 0 and 1 as logits: the answer is yes from one half on.
      const auto outputs = [&](Rows rows) {
        std::vector<double> outputs_of_rows = predict_rows(model, features, rows);
        if (labels.type == TaskType::kRegression) return outputs_of_rows;
        for (double& value : outputs_of_rows) value = 4 * (value - 0.5);
        return outputs_of_rows;
      };
      put(outputs(split.validation), task, validation);
      put(outputs(split.test), task, test);
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
