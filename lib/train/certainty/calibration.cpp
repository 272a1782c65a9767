#include "plstm/train/certainty/calibration.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

std::size_t num_score_lists(const Task& task) {
  if (task.type == TaskType::kRegression) return 1;
  return task.type == TaskType::kClassification ? 2 : static_cast<std::size_t>(task.classes);
}

void check_calibration(const Calibration& calibration, std::span<const Task> tasks) {
  std::size_t lists = 0;
  for (const Task& task : tasks) lists += num_score_lists(task);
  if (calibration.typical_errors.size() != tasks.size() || calibration.scores.size() != lists) {
    throw ShapeError(
        fmt::format("a calibration has {} typical errors and {} lists of scores, expected {} and {}",
                    calibration.typical_errors.size(), calibration.scores.size(), tasks.size(), lists));
  }
  for (const double error : calibration.typical_errors) {
    if (!std::isfinite(error) || error < 0) {
      throw ConfigError(fmt::format("a typical error is {}, expected a finite number from 0 on", error));
    }
  }
  for (const ConformalScores& scores : calibration.scores) check_conformal_scores(scores);
}

double expected_error(double typical, double spread, std::optional<double> of_kind) {
  constexpr double kLeast = 1e-9;  // errors are divided by it
  return std::max({of_kind.value_or(typical), typical / 4, kLeast}) + spread;
}

ConfidenceLevel confidence_level(const Calibration& calibration, std::span<const Task> tasks,
                                 double confidence) {
  ConfidenceLevel level{confidence, {}, {}};
  auto scores = calibration.scores.begin();
  for (const Task& task : tasks) {
    if (task.type == TaskType::kRegression) {
      level.factors.push_back(conformal_quantile(*scores++, confidence));
      continue;
    }
    level.factors.push_back(0);
    for (std::size_t c = 0; c < num_score_lists(task); ++c) {
      level.least_probabilities.push_back(std::max(0.0, 1 - conformal_quantile(*scores++, confidence)));
    }
  }
  return level;
}

}  // namespace plstm
