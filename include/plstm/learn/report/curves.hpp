#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/learn/plots/plot.hpp>

namespace plstm {

// Curves of a yes/no target. Scores and labels have equal size, else ShapeError; labels are 0 or 1.

/// x: share of the negatives above a threshold, y: share of the positives above it; a point for each distinct score,
/// from (0, 0) to (1, 1). Empty unless both labels occur.
std::vector<PlotPoint> roc_curve(std::span<const double> scores, std::span<const double> labels);

/// x: recall, y: precision; a point for each distinct score, by rising recall. Empty unless both labels occur.
std::vector<PlotPoint> precision_recall_curve(std::span<const double> scores, std::span<const double> labels);

/// Rows whose probabilities are alike.
struct ReliabilityBin {
  double predicted = 0;      ///< mean probability
  double observed = 0;       ///< share of label 1
  double low = 0, high = 0;  ///< 95 % interval of that share (Wilson)
  std::int64_t count = 0;
};

/// The rows in `bins` equal ranges of probability; ranges without rows are left out. Throws ConfigError if `bins` is 0.
std::vector<ReliabilityBin> reliability(std::span<const double> probabilities, std::span<const double> labels,
                                        std::size_t bins = 10);

/// Mean of |observed - predicted| over the rows; 0 without bins.
double expected_calibration_error(std::span<const ReliabilityBin> bins);

/// Rows whose predictions should be about equally wrong.
struct UncertaintyBin {
  double uncertainty = 0;  ///< mean
  double error = 0;        ///< mean of the absolute errors
  std::int64_t count = 0;
};

/// The rows by rising uncertainty, cut into `bins` parts of equal size, or fewer if a part would have less than five
/// rows. Uncertainties and errors have equal size, else ShapeError. Throws ConfigError if `bins` is 0.
std::vector<UncertaintyBin> error_by_uncertainty(std::span<const double> uncertainties,
                                                 std::span<const double> errors, std::size_t bins = 10);

/// Spearman's correlation of ranks: Pearson's correlation of the ranks, of which equal values share the mean. 0 if all
/// values of one side are equal. Sizes must be equal, else ShapeError.
double rank_correlation(std::span<const double> a, std::span<const double> b);

/// 95 % interval of a share, of which `held` of `rows` were seen (Wilson); 0 to 1 without rows.
struct ShareInterval {
  double low = 0, high = 1;
};
ShareInterval wilson_interval(double held, double rows);

}  // namespace plstm
