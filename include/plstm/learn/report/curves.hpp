#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/learn/report/plot.hpp>

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
struct SpreadBin {
  double spread = 0;  ///< root of the mean square of the spreads
  double error = 0;   ///< root of the mean square of the errors
  std::int64_t count = 0;
};

/// The rows by rising spread, cut into `bins` parts of equal size, or fewer if a part would have less than five rows.
/// Spreads and errors have equal size, else ShapeError. Throws ConfigError if `bins` is 0.
std::vector<SpreadBin> error_by_spread(std::span<const double> spreads, std::span<const double> errors,
                                       std::size_t bins = 10);

}  // namespace plstm
