#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/objectives/metrics.hpp>

namespace plstm {

/// A metric of one task on rows that count several times, as a bootstrap asks for it: equal to the metric of a table in
/// which each row is repeated counts[i] times, up to rounding. What does not depend on the counts is computed once, so
/// that a call is O(rows), plus classes squared. Const and thread-safe.
class ResampledMetric {
 public:
  /// Predictions [R, 1] are values, or probabilities of class 1 for metrics of yes and no; [R, classes] are probabilities
  /// of classes, where judges_choices(). Rows whose measured value is NaN do not count. Throws ShapeError for other sizes
  /// and ConfigError for kLoss, and for a label that is no class.
  ResampledMetric(Metric metric, const ConstMatrixMap<double>& predictions, std::span<const double> measured);

  /// NaN where the metric is undefined. `counts` has an entry for each of the R rows.
  double operator()(std::span<const std::uint32_t> counts) const;

 private:
  std::vector<double> counts_of_rows(std::span<const std::uint32_t> counts) const;
  double mean_of_errors(std::span<const std::uint32_t> counts) const;
  double r2(std::span<const std::uint32_t> counts) const;
  double pearson(std::span<const std::uint32_t> counts) const;
  double spearman(std::span<const std::uint32_t> counts) const;
  double of_choices(std::span<const std::uint32_t> counts) const;
  double roc_auc(std::span<const std::uint32_t> counts) const;
  double pr_auc(std::span<const std::uint32_t> counts) const;
  double enrichment(std::span<const std::uint32_t> counts) const;

  Metric metric_;
  std::vector<std::uint32_t>
      rows_;  // with a measured value; by descending score where the metric judges an order
  std::vector<double> predicted_, measured_, errors_;  // of these rows
  Index classes_ = 2;
  std::vector<std::uint32_t> by_prediction_, by_measured_;  // places in rows_, ascending; of kSpearman
};

}  // namespace plstm
