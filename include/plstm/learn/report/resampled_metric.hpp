#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {

/// A metric of one task on rows that count several times, as a bootstrap asks for it: equal to the metric of a table in
/// which each row is repeated counts[i] times, up to rounding. What does not depend on the counts is computed once, so
/// that a call is O(rows). Const and thread-safe.
class ResampledMetric {
 public:
  /// Predictions [R, 1] are values, or probabilities of class 1 for kRocAuc, kPrAuc and kAccuracy; [R, classes] are
  /// probabilities of classes, for kAccuracy alone. Rows whose measured value is NaN do not count. Throws ShapeError for
  /// other sizes and ConfigError for kLoss.
  ResampledMetric(Metric metric, const ConstMatrixMap<double>& predictions, std::span<const double> measured);

  /// NaN where the metric is undefined. `counts` has an entry for each of the R rows.
  double operator()(std::span<const std::uint32_t> counts) const;

 private:
  double mean_of_errors(std::span<const std::uint32_t> counts) const;
  double r2(std::span<const std::uint32_t> counts) const;
  double pearson(std::span<const std::uint32_t> counts) const;
  double roc_auc(std::span<const std::uint32_t> counts) const;
  double pr_auc(std::span<const std::uint32_t> counts) const;

  Metric metric_;
  std::vector<std::uint32_t> rows_;  // with a measured value; by descending score for the two areas
  std::vector<double> predicted_, measured_, errors_;  // of these rows
};

}  // namespace plstm
