#include "plstm/learn/certainty/task_certainty.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

// Counts one row.
void add(const TaskCertainty& certainty, double target, CoverageCounts& counts) {
  ++counts.rows;
  if (!std::isnan(certainty.low)) {
    counts.held += certainty.low <= target && target <= certainty.high ? 1 : 0;
    counts.size += certainty.high - certainty.low;
    return;
  }
  const auto label = static_cast<std::int32_t>(target);
  counts.held += std::ranges::binary_search(certainty.classes, label) ? 1 : 0;
  counts.size += static_cast<double>(certainty.classes.size());
}

}  // namespace

std::vector<TaskCertainty> certainty_of(const Predictions& predictions, std::int64_t row,
                                        std::span<const Task> tasks, const ConfidenceLevel& level) {
  check_size("certainty_of", "expected_errors", std::ssize(predictions.expected_errors),
             std::ssize(predictions.values));
  check_size("certainty_of", "columns", std::ssize(predictions.columns), num_outputs(tasks));
  check_size("certainty_of", "factors", std::ssize(level.factors), std::ssize(tasks));
  std::vector<TaskCertainty> result(tasks.size());
  std::size_t at = static_cast<std::size_t>(row) * predictions.columns.size();
  std::size_t first_class = 0;
  for (std::size_t task = 0; task < tasks.size(); ++task) {
    if (tasks[task].type == TaskType::kRegression) {
      const double half = level.factors[task] * predictions.expected_errors[at];
      result[task].low = predictions.values[at] - half;
      result[task].high = predictions.values[at] + half;
      ++at;
      continue;
    }
    const std::size_t classes = num_score_lists(tasks[task]);
    const bool yes_or_no = tasks[task].type == TaskType::kClassification;
    for (std::size_t c = 0; c < classes; ++c) {
      const double probability = !yes_or_no ? predictions.values[at + c]
                                 : c == 1   ? predictions.values[at]
                                            : 1 - predictions.values[at];
      if (probability >= level.least_probabilities.at(first_class + c)) {
        result[task].classes.push_back(static_cast<std::int32_t>(c));
      }
    }
    first_class += classes;
    at += yes_or_no ? 1 : classes;
  }
  return result;
}

std::vector<CoverageCounts> coverage_of(const Predictions& predictions, std::span<const double> measured,
                                        std::span<const Task> tasks, const ConfidenceLevel& level) {
  check_size("coverage_of", "measured", std::ssize(measured), predictions.num_rows() * std::ssize(tasks));
  std::vector<CoverageCounts> counts(tasks.size());
  for (std::int64_t row = 0; row < predictions.num_rows(); ++row) {
    const std::vector<TaskCertainty> certainty = certainty_of(predictions, row, tasks, level);
    for (std::size_t task = 0; task < tasks.size(); ++task) {
      const double target = measured[static_cast<std::size_t>(row) * tasks.size() + task];
      if (!std::isnan(target)) add(certainty[task], target, counts[task]);
    }
  }
  return counts;
}

}  // namespace plstm
