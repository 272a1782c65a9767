#include "plstm/learn/certainty/fit_calibration.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

// The scores of a task of regression, and its typical error.
std::pair<double, ConformalScores> of_regression(const ConstMatrixMap<double>& targets,
                                                 const ConstMatrixMap<std::uint8_t>& present, Index task,
                                                 double scale, const HeldOutRows& held_out, Index column,
                                                 Index columns) {
  const Index tasks = targets.cols();
  std::vector<double> errors;
  std::vector<std::size_t> judged;
  double sum = 0;
  for (std::size_t i = 0; i < held_out.rows.size(); ++i) {
    if (present(held_out.rows[i], task) == 0) continue;
    const std::size_t at = i * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column);
    errors.push_back(std::abs(held_out.values[at] - targets(held_out.rows[i], task)) / scale);
    judged.push_back(i);
    sum += errors.back();
  }
  const double typical = errors.empty() ? 0 : sum / static_cast<double>(errors.size());
  for (std::size_t j = 0; j < errors.size(); ++j) {
    const std::size_t i = judged[j];
    const std::size_t at = i * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column);
    std::optional<double> of_kind;
    if (!held_out.kind_errors.empty()) {
      of_kind = held_out.kind_errors[i * static_cast<std::size_t>(tasks) + static_cast<std::size_t>(task)];
    }
    errors[j] /= expected_error(typical, held_out.spreads[at] / scale, of_kind);
  }
  return {typical, make_conformal_scores(std::move(errors))};
}

// For each class, how little its rows had of it.
void add_classes(const ConstMatrixMap<double>& targets, const ConstMatrixMap<std::uint8_t>& present,
                 Index task, const Task& kind, const HeldOutRows& held_out, Index column, Index columns,
                 std::vector<ConformalScores>& scores) {
  std::vector<std::vector<double>> of_class(num_score_lists(kind));
  for (std::size_t i = 0; i < held_out.rows.size(); ++i) {
    if (present(held_out.rows[i], task) == 0) continue;
    const auto label = static_cast<std::size_t>(targets(held_out.rows[i], task));
    const std::size_t first = i * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column);
    const double probability = kind.type == TaskType::kMulticlass ? held_out.values[first + label]
                               : label == 1                       ? held_out.values[first]
                                                                  : 1 - held_out.values[first];
    of_class.at(label).push_back(std::max(0.0, 1 - probability));
  }
  for (std::vector<double>& own : of_class) scores.push_back(make_conformal_scores(std::move(own)));
}

}  // namespace

Calibration fit_calibration(const ConstMatrixMap<double>& targets,
                            const ConstMatrixMap<std::uint8_t>& present, std::span<const Task> tasks,
                            const std::optional<TargetScaler>& scaler, const HeldOutRows& held_out) {
  const Index columns = num_outputs(tasks);
  const auto rows = std::ssize(held_out.rows);
  check_shape("fit_calibration", "present", {present.rows(), present.cols()},
              {targets.rows(), targets.cols()});
  check_size("fit_calibration", "tasks", targets.cols(), std::ssize(tasks));
  check_size("fit_calibration", "values", std::ssize(held_out.values), rows * columns);
  check_size("fit_calibration", "spreads", std::ssize(held_out.spreads), rows * columns);
  if (!held_out.kind_errors.empty()) {
    check_size("fit_calibration", "kind_errors", std::ssize(held_out.kind_errors), rows * std::ssize(tasks));
  }
  Calibration calibration;
  Index column = 0;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto task = static_cast<Index>(i);
    if (tasks[i].type == TaskType::kRegression) {
      const double scale = scaler.has_value() ? scaler->scale()[i] : 1;
      auto [typical, scores] = of_regression(targets, present, task, scale, held_out, column, columns);
      calibration.typical_errors.push_back(typical);
      calibration.scores.push_back(std::move(scores));
    } else {
      calibration.typical_errors.push_back(0);
      add_classes(targets, present, task, tasks[i], held_out, column, columns, calibration.scores);
    }
    column += num_outputs(tasks.subspan(i, 1));
  }
  return calibration;
}

}  // namespace plstm
