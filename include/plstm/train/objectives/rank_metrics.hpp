#pragma once

#include <optional>
#include <span>
#include <vector>

namespace plstm {

// Metrics of orders. Both spans have equal size, else ShapeError. Absent where the metric is undefined; NaN if a
// prediction is NaN. O(B log B).

/// The rank of each value, from 1 for the smallest; equal values share the mean of their ranks. No value is NaN.
std::vector<double> average_ranks(std::span<const double> values);

/// Spearman's rank correlation: Pearson's correlation of the ranks, so that ties count fairly. Undefined if all
/// predictions or all targets are equal.
std::optional<double> spearman(std::span<const double> predictions, std::span<const double> targets);

/// Kendall's rank correlation tau-b: pairs of rows that both orders agree on less those that they disagree on, over the
/// geometric mean of the pairs without a tie in each. Undefined if all predictions or all targets are equal.
std::optional<double> kendall(std::span<const double> predictions, std::span<const double> targets);

/// Enrichment factor: the share of positives among the best rows over their share among all rows. The best are the share
/// `best` of the rows with the highest scores, rounded up, at least one row. Where rows of equal score stand on both
/// sides of the border, it is the mean over all their orders. 1 for a model that guesses, at most 1 / `best`. A label
/// > 0.5 is positive; undefined unless both labels occur. Throws ConfigError unless 0 < best <= 1.
std::optional<double> enrichment(std::span<const double> scores, std::span<const double> labels,
                                 double best = 0.01);

/// How many of `rows` rows are the best ones: at least 1.
double num_best(double rows, double best = 0.01);

}  // namespace plstm
