#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <plstm/learn/predictor.hpp>
#include <plstm/train/certainty/calibration.hpp>

namespace plstm {

/// How sure a model is of one value of one row.
struct TaskCertainty {
  /// Regression: the interval that holds the measured value with the confidence that was asked for; infinite if too few
  /// rows were seen for that. NaN for other tasks.
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  /// Other tasks: the classes that cannot be ruled out with that confidence, ascending. There may be none: then the row
  /// is unlike all that was seen.
  std::vector<std::int32_t> classes = {};

  bool operator==(const TaskCertainty&) const = default;
};

/// [tasks] of a row of Predictor::predict_with_errors(), at a level that confidence_level() made of the predictor's
/// calibration. Throws ShapeError if the predictions have no expected errors or do not fit the tasks.
std::vector<TaskCertainty> certainty_of(const Predictions& predictions, std::int64_t row,
                                        std::span<const Task> tasks, const ConfidenceLevel& level);

/// How often intervals or sets held a measured value.
struct CoverageCounts {
  std::int64_t rows = 0, held = 0;
  double size = 0;  ///< sum of the widths of the intervals, or of the numbers of classes
};

/// [tasks] of all rows of predictions with expected errors. `measured` is [rows, tasks]: a number, or a class 0, 1, ...;
/// NaN is passed over. Throws ShapeError for another size, and what certainty_of() throws.
std::vector<CoverageCounts> coverage_of(const Predictions& predictions, std::span<const double> measured,
                                        std::span<const Task> tasks, const ConfidenceLevel& level);

}  // namespace plstm
