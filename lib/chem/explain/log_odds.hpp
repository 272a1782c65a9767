#pragma once

#include <algorithm>
#include <cmath>

namespace plstm {

/// Probabilities are kept so far away from 0 and 1.
inline constexpr double kLeastProbability = 1e-9;

inline double log_odds(double probability) {
  const double p = std::clamp(probability, kLeastProbability, 1 - kLeastProbability);
  return std::log(p / (1 - p));
}

/// Its derivative.
inline double slope_of_log_odds(double probability) {
  const bool inside = probability > kLeastProbability && probability < 1 - kLeastProbability;
  return inside ? 1 / (probability * (1 - probability)) : 0;
}

}  // namespace plstm
