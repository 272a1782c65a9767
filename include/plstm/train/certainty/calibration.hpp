#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <plstm/train/certainty/conformal.hpp>
#include <plstm/train/objectives/task.hpp>

namespace plstm {

/// How wrong the mean of some networks was on rows that they had not learnt from. Intervals and sets of classes follow.
struct Calibration {
  /// [tasks] Mean absolute error of a task of regression, in standardised units; 0 for other tasks.
  std::vector<double> typical_errors;
  /// Of a task of regression: absolute errors over expected_error(). Of other tasks, for each of their classes: 1 less
  /// the probability that a row of this class had for it. Task after task.
  std::vector<ConformalScores> scores;

  bool operator==(const Calibration&) const = default;
};

/// Lists of scores of a task: 1, or its number of classes.
std::size_t num_score_lists(const Task& task);

/// Throws ShapeError or ConfigError if the calibration does not fit the tasks, and what check_conformal_scores throws.
void check_calibration(const Calibration& calibration, std::span<const Task> tasks);

/// The error of regression that one expects of a graph, in standardised units. Conformal scores are relative to it, so
/// only its ratios between graphs matter.
///
///   `spread`   standard deviation of what the networks say, standardised
///   `of_kind`  the error expected of similar graphs (Companion); absent: the typical error of all
///
/// The sum of both; of_kind counts as a quarter of the typical error at least.
double expected_error(double typical, double spread, std::optional<double> of_kind);

/// What a calibration says at one level of confidence.
struct ConfidenceLevel {
  double confidence = 0.9;
  /// [tasks] Regression: the interval is value +- factor * expected error. Infinite if too few rows were seen. Others: 0.
  std::vector<double> factors;
  /// One for each class, task after task: a class with a probability below it is ruled out. Regression: none. It is 0 if
  /// too few rows of the class were seen.
  std::vector<double> least_probabilities;
};

/// An interval holds the measured value, and a set of classes the right one, with at least this probability, if further
/// rows are like those of the calibration. For classes this holds for rows of each class. Throws ConfigError unless
/// 0 < confidence < 1.
ConfidenceLevel confidence_level(const Calibration& calibration, std::span<const Task> tasks,
                                 double confidence);

}  // namespace plstm
