#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <plstm/core/matrix.hpp>

namespace plstm {

enum class Metric {
  kRmse,
  kMae,
  kR2,
  kPearson,
  kSpearman,
  kAccuracy,
  kBalancedAccuracy,
  kF1,
  kMcc,
  kRocAuc,
  kPrAuc,
  kEnrichment,
  kLoss,  ///< the loss itself: the only one that tasks of different kinds have in common
};

/// "rmse", "mae", "r2", "pearson", "spearman", "accuracy", "balanced_accuracy", "f1", "mcc", "roc_auc", "pr_auc",
/// "enrichment" or "loss".
std::string_view name(Metric metric);

/// What tables call it: "RMSE", "balanced accuracy", "enrichment at 1 %", ... In UTF-8.
std::string_view title(Metric metric);

/// Inverse of name(); throws ConfigError listing the names.
Metric parse_metric(std::string_view text);

enum class Direction { kLowerIsBetter, kHigherIsBetter };

Direction direction(Metric metric);

/// Whether the metric judges the class that is chosen for a row, of two classes or of more: accuracies, F1 and MCC.
bool judges_choices(Metric metric);

/// Whether value a beats b strictly. NaN never does; every number beats NaN.
bool better(Direction direction, double a, double b);
bool better(Metric metric, double a, double b);

// Metrics of one task; those of orders and of confusions are in rank_metrics.hpp and confusion.hpp. Both spans have equal size, else ShapeError; labels are 0 or 1 where scores are asked
// for. Absent where the metric is undefined, which is said with each; NaN if a prediction is NaN.

/// Root of the mean squared error; undefined without rows.
std::optional<double> rmse(std::span<const double> predictions, std::span<const double> targets);

/// Mean absolute error; undefined without rows.
std::optional<double> mae(std::span<const double> predictions, std::span<const double> targets);

/// 1 - sum (p - y)^2 / sum (y - mean y)^2; undefined if all targets are equal.
std::optional<double> r2(std::span<const double> predictions, std::span<const double> targets);

/// Pearson's correlation: covariance / (deviation of predictions * deviation of targets); undefined if all
/// predictions or all targets are equal.
std::optional<double> pearson(std::span<const double> predictions, std::span<const double> targets);

/// Share of rows with (score > threshold) = label; undefined without rows. Threshold 0 for logits, 0.5 for
/// probabilities.
std::optional<double> binary_accuracy(std::span<const double> scores, std::span<const double> labels,
                                      double threshold = 0.0);

/// Share of rows whose largest logit (the first at a tie) is the label's; logits [B, classes], undefined
/// without rows.
std::optional<double> class_accuracy(const ConstMatrixMap<double>& logits, std::span<const double> labels);

/// Area under the ROC curve = P(score of a positive > score of a negative) + P(equal) / 2, counted exactly.
/// Undefined unless both labels occur. O(B log B).
std::optional<double> roc_auc(std::span<const double> scores, std::span<const double> labels);

/// Average precision: sum over distinct scores, descending, of (recall gained) * precision. Undefined unless
/// both labels occur. O(B log B).
std::optional<double> pr_auc(std::span<const double> scores, std::span<const double> labels);

/// Mean of the metric over the tasks where it is defined, each on its present labels; absent if it is
/// nowhere.
///
///   predictions [B, outputs]   targets, present [B, tasks]
///
/// outputs = tasks, predictions being values or logits (a row is of class 1 above 0); where judges_choices(), outputs may
/// also be tasks x classes, laid out as in loss_and_gradient. kEnrichment is that of the best hundredth. Throws ShapeError otherwise, and ConfigError for kLoss,
/// which predictions alone do not decide.
template <class T>
std::optional<double> evaluate(Metric metric, const ConstMatrixMap<T>& predictions,
                               const ConstMatrixMap<T>& targets, const ConstMatrixMap<std::uint8_t>& present);

extern template std::optional<double> evaluate<float>(Metric, const ConstMatrixMap<float>&,
                                                      const ConstMatrixMap<float>&,
                                                      const ConstMatrixMap<std::uint8_t>&);
extern template std::optional<double> evaluate<double>(Metric, const ConstMatrixMap<double>&,
                                                       const ConstMatrixMap<double>&,
                                                       const ConstMatrixMap<std::uint8_t>&);

}  // namespace plstm
