#pragma once

#include <span>

namespace plstm {

/// The logit of an answer is slope * value + shift.
struct LogisticCurve {
  double slope = 1;
  double shift = 0;

  double logit(double value) const { return slope * value + shift; }

  bool operator==(const LogisticCurve&) const = default;
};

/// The most likely curve, by Newton's method. Labels 0 and 1 are smoothed as Platt (Advances in Large Margin Classifiers,
/// 1999) does. A little of the slope's square is added, as values that divide the labels have no steepest curve.
///
///   values [n]   labels [n]   weights [n], positive
///
/// Throws ShapeError for sizes that do not fit.
LogisticCurve fit_logistic_curve(std::span<const double> values, std::span<const double> labels,
                                 std::span<const double> weights);

/// The negative logarithm of the probability that the logit gives the label, 0 or 1.
double logistic_loss(double logit, double label);

}  // namespace plstm
