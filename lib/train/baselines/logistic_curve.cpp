#include "plstm/train/baselines/logistic_curve.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

double probability_of(double logit) {
  return 1 / (1 + std::exp(-logit));
}

}  // namespace

double logistic_loss(double logit, double label) {
  return std::max(logit, 0.0) - logit * label + std::log1p(std::exp(-std::abs(logit)));
}

LogisticCurve fit_logistic_curve(std::span<const double> values, std::span<const double> labels,
                                 std::span<const double> weights) {
  check_size("fit_logistic_curve", "labels", std::ssize(labels), std::ssize(values));
  check_size("fit_logistic_curve", "weights", std::ssize(weights), std::ssize(values));
  double n = 0, ones = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    n += weights[i];
    ones += labels[i] == 1 ? weights[i] : 0;
  }
  const double yes = (ones + 1) / (ones + 2), no = 1 / (n - ones + 2);
  LogisticCurve curve{0, std::log((ones + 1) / (n - ones + 1))};
  constexpr double kPenalty = 1e-3;
  const auto loss = [&](const LogisticCurve& c) {
    double sum = kPenalty / 2 * c.slope * c.slope;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += weights[i] * logistic_loss(c.logit(values[i]), labels[i] == 1 ? yes : no);
    }
    return sum;
  };
  double now = loss(curve);
  for (int step = 0; step < 100; ++step) {
    double by_slope = kPenalty * curve.slope, by_shift = 0, slopes = kPenalty, both = 0, shifts = 1e-9;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double p = probability_of(curve.slope * values[i] + curve.shift);
      const double error = weights[i] * (p - (labels[i] == 1 ? yes : no));
      const double curvature = weights[i] * p * (1 - p);
      by_slope += error * values[i];
      by_shift += error;
      slopes += curvature * values[i] * values[i];
      both += curvature * values[i];
      shifts += curvature;
    }
    const double determinant = slopes * shifts - both * both;
    if (!(determinant > 0)) break;
    const double to_slope = (shifts * by_slope - both * by_shift) / determinant;
    const double to_shift = (slopes * by_shift - both * by_slope) / determinant;
    double share = 1;
    LogisticCurve next;
    double then = 0;
    do {
      next = {curve.slope - share * to_slope, curve.shift - share * to_shift};
      then = loss(next);
      share /= 2;
    } while (!(then <= now) && share > 1e-6);
    if (!(then < now - 1e-10 * std::abs(now))) break;
    curve = next;
    now = then;
  }
  return curve;
}

}  // namespace plstm
