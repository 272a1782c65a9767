#include "plstm/train/objectives/metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/train/objectives/confusion.hpp>
#include <plstm/train/objectives/rank_metrics.hpp>

#include "ranking.hpp"

namespace plstm {
namespace {

constexpr std::array<Named<Metric>, 13> kNames{{{Metric::kRmse, "rmse"},
                                                {Metric::kMae, "mae"},
                                                {Metric::kR2, "r2"},
                                                {Metric::kPearson, "pearson"},
                                                {Metric::kSpearman, "spearman"},
                                                {Metric::kAccuracy, "accuracy"},
                                                {Metric::kBalancedAccuracy, "balanced_accuracy"},
                                                {Metric::kF1, "f1"},
                                                {Metric::kMcc, "mcc"},
                                                {Metric::kRocAuc, "roc_auc"},
                                                {Metric::kPrAuc, "pr_auc"},
                                                {Metric::kEnrichment, "enrichment"},
                                                {Metric::kLoss, "loss"}}};

constexpr std::array<Named<Metric>, 13> kTitles{{{Metric::kRmse, "RMSE"},
                                                 {Metric::kMae, "MAE"},
                                                 {Metric::kR2, "R\u00b2"},
                                                 {Metric::kPearson, "Pearson's r"},
                                                 {Metric::kSpearman, "Spearman's rho"},
                                                 {Metric::kAccuracy, "accuracy"},
                                                 {Metric::kBalancedAccuracy, "balanced accuracy"},
                                                 {Metric::kF1, "F1"},
                                                 {Metric::kMcc, "MCC"},
                                                 {Metric::kRocAuc, "ROC AUC"},
                                                 {Metric::kPrAuc, "PR AUC"},
                                                 {Metric::kEnrichment, "enrichment at 1 %"},
                                                 {Metric::kLoss, "loss"}}};

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool has_nan(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

double sum_of_squared_errors(std::span<const double> predictions, std::span<const double> targets) {
  double sum = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    sum += (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
  }
  return sum;
}

// Compared, not squared: the rounded mean of equal values may differ from each of them. True for none.
bool all_equal(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> evaluate_choices(Metric metric, const Confusion& confusion) {
  if (confusion.rows() == 0) return std::nullopt;
  switch (metric) {
    case Metric::kBalancedAccuracy:
      return balanced_accuracy(confusion);
    case Metric::kF1:
      return f1(confusion);
    case Metric::kMcc:
      return mcc(confusion);
    default:
      return confusion.right() / confusion.rows();
  }
}

/// Metric of a task with one output a row.
std::optional<double> evaluate_task(Metric metric, std::span<const double> predictions,
                                    std::span<const double> targets) {
  switch (metric) {
    case Metric::kRmse:
      return rmse(predictions, targets);
    case Metric::kMae:
      return mae(predictions, targets);
    case Metric::kR2:
      return r2(predictions, targets);
    case Metric::kPearson:
      return pearson(predictions, targets);
    case Metric::kSpearman:
      return spearman(predictions, targets);
    case Metric::kAccuracy:
    case Metric::kBalancedAccuracy:
    case Metric::kF1:
    case Metric::kMcc:
      if (has_nan(predictions)) return kNan;
      return evaluate_choices(metric, binary_confusion(predictions, targets));
    case Metric::kRocAuc:
      return roc_auc(predictions, targets);
    case Metric::kPrAuc:
      return pr_auc(predictions, targets);
    case Metric::kEnrichment:
      return enrichment(predictions, targets);
    case Metric::kLoss:
      throw ConfigError("evaluate: predictions alone do not decide the loss; ask loss_and_gradient for it");
  }
  return std::nullopt;
}

/// Metric of a task with one output a class, [B, classes].
std::optional<double> evaluate_classes(Metric metric, const ConstMatrixMap<double>& predictions,
                                       std::span<const double> labels) {
  if (has_nan({predictions.data(), static_cast<std::size_t>(predictions.size())})) return kNan;
  return evaluate_choices(metric, class_confusion(predictions, labels));
}

}  // namespace

std::string_view name(Metric metric) {
  return name_of(kNames, metric);
}

std::string_view title(Metric metric) {
  return name_of(kTitles, metric);
}

Metric parse_metric(std::string_view text) {
  return parse_named(kNames, "metric", text);
}

Direction direction(Metric metric) {
  const bool lower = metric == Metric::kRmse || metric == Metric::kMae || metric == Metric::kLoss;
  return lower ? Direction::kLowerIsBetter : Direction::kHigherIsBetter;
}

bool judges_choices(Metric metric) {
  return metric == Metric::kAccuracy || metric == Metric::kBalancedAccuracy || metric == Metric::kF1 ||
         metric == Metric::kMcc;
}

bool better(Direction direction, double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a);
  return direction == Direction::kLowerIsBetter ? a < b : a > b;
}

bool better(Metric metric, double a, double b) {
  return better(direction(metric), a, b);
}

std::optional<double> rmse(std::span<const double> predictions, std::span<const double> targets) {
  check_size("rmse", "predictions", std::ssize(predictions), std::ssize(targets));
  if (targets.empty()) return std::nullopt;
  return std::sqrt(sum_of_squared_errors(predictions, targets) / static_cast<double>(targets.size()));
}

std::optional<double> mae(std::span<const double> predictions, std::span<const double> targets) {
  check_size("mae", "predictions", std::ssize(predictions), std::ssize(targets));
  if (targets.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) sum += std::abs(predictions[i] - targets[i]);
  return sum / static_cast<double>(targets.size());
}

std::optional<double> r2(std::span<const double> predictions, std::span<const double> targets) {
  check_size("r2", "predictions", std::ssize(predictions), std::ssize(targets));
  if (all_equal(targets)) return std::nullopt;
  const double mean = mean_of(targets);
  double spread = 0;
  for (const double y : targets) spread += (y - mean) * (y - mean);
  return 1 - sum_of_squared_errors(predictions, targets) / spread;
}

std::optional<double> pearson(std::span<const double> predictions, std::span<const double> targets) {
  check_size("pearson", "predictions", std::ssize(predictions), std::ssize(targets));
  if (has_nan(predictions)) return kNan;
  if (all_equal(predictions) || all_equal(targets)) return std::nullopt;
  const double prediction_mean = mean_of(predictions);
  const double target_mean = mean_of(targets);
  double both = 0, prediction_squares = 0, target_squares = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double p = predictions[i] - prediction_mean;
    const double y = targets[i] - target_mean;
    both += p * y;
    prediction_squares += p * p;
    target_squares += y * y;
  }
  return both / (std::sqrt(prediction_squares) * std::sqrt(target_squares));
}

std::optional<double> binary_accuracy(std::span<const double> scores, std::span<const double> labels,
                                      double threshold) {
  check_size("binary_accuracy", "scores", std::ssize(scores), std::ssize(labels));
  if (labels.empty()) return std::nullopt;
  if (has_nan(scores)) return kNan;
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) correct += (scores[i] > threshold) == (labels[i] > 0.5);
  return static_cast<double>(correct) / static_cast<double>(labels.size());
}

std::optional<double> class_accuracy(const ConstMatrixMap<double>& logits, std::span<const double> labels) {
  check_size("class_accuracy", "logits", logits.rows(), std::ssize(labels));
  if (labels.empty()) return std::nullopt;
  if (logits.cols() == 0) throw ShapeError("class_accuracy: logits has no columns");
  const std::span<const double> all(logits.data(), static_cast<std::size_t>(logits.size()));
  if (has_nan(all)) return kNan;
  const auto classes = static_cast<std::size_t>(logits.cols());
  std::int64_t correct = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto values = all.subspan(row * classes, classes);
    correct +=
        static_cast<double>(std::max_element(values.begin(), values.end()) - values.begin()) == labels[row];
  }
  return static_cast<double>(correct) / static_cast<double>(labels.size());
}

std::optional<double> roc_auc(std::span<const double> scores, std::span<const double> labels) {
  check_size("roc_auc", "scores", std::ssize(scores), std::ssize(labels));
  if (has_nan(scores)) return kNan;
  return area_under_roc(count_ties(scores, labels));
}

std::optional<double> pr_auc(std::span<const double> scores, std::span<const double> labels) {
  check_size("pr_auc", "scores", std::ssize(scores), std::ssize(labels));
  if (has_nan(scores)) return kNan;
  return average_precision(count_ties(scores, labels));
}

template <class T>
std::optional<double> evaluate(Metric metric, const ConstMatrixMap<T>& predictions,
                               const ConstMatrixMap<T>& targets,
                               const ConstMatrixMap<std::uint8_t>& present) {
  const Index rows = predictions.rows();
  const Index tasks = targets.cols();
  const bool has_classes =
      judges_choices(metric) && tasks > 0 && predictions.cols() > tasks && predictions.cols() % tasks == 0;
  const Index classes = has_classes ? predictions.cols() / tasks : 1;
  check_shape("evaluate", "predictions", {rows, predictions.cols()}, {rows, tasks * classes});
  check_shape("evaluate", "targets", {targets.rows(), tasks}, {rows, tasks});
  check_shape("evaluate", "present", {present.rows(), present.cols()}, {rows, tasks});

  double sum = 0;
  std::int64_t defined = 0;
  std::vector<double> task_predictions;
  std::vector<double> task_targets;
  for (Index task = 0; task < tasks; ++task) {
    task_predictions.clear();
    task_targets.clear();
    for (Index row = 0; row < rows; ++row) {
      if (present(row, task) == 0) continue;
      task_targets.push_back(static_cast<double>(targets(row, task)));
      for (Index c = 0; c < classes; ++c) {
        task_predictions.push_back(static_cast<double>(predictions(row, task * classes + c)));
      }
    }
    const std::optional<double> value =
        has_classes ? evaluate_classes(metric, {task_predictions.data(), std::ssize(task_targets), classes},
                                       task_targets)
                    : evaluate_task(metric, task_predictions, task_targets);
    if (!value) continue;
    sum += *value;
    ++defined;
  }
  if (defined == 0) return std::nullopt;
  return sum / static_cast<double>(defined);
}

template std::optional<double> evaluate<float>(Metric, const ConstMatrixMap<float>&,
                                               const ConstMatrixMap<float>&,
                                               const ConstMatrixMap<std::uint8_t>&);
template std::optional<double> evaluate<double>(Metric, const ConstMatrixMap<double>&,
                                                const ConstMatrixMap<double>&,
                                                const ConstMatrixMap<std::uint8_t>&);

}  // namespace plstm
