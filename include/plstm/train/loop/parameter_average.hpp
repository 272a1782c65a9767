#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace plstm {

/// What an average remembers; all that a checkpoint has to keep.
struct ParameterAverageState {
  std::int64_t num_steps = 0;
  std::vector<float> values;  ///< empty before the first step
};

/// Mean of the parameters of the last steps, fading exponentially (Polyak & Juditsky 1992 for plain means).
/// After step t = 1, 2, ... that gave parameters p:
///
///   a <- a + w (p - a),   w = max(1 / (1 + horizon), 10 / (9 + t))
///
/// so that a = p after the first step and the beginning is soon forgotten.
class ParameterAverage {
 public:
  /// `horizon` in steps; 0 keeps the latest parameters. Throws ConfigError if it is negative or not finite.
  explicit ParameterAverage(double horizon, ParameterAverageState state = {});

  /// Throws ShapeError for another number of parameters than before. In parallel; bits do not depend on the
  /// number of threads.
  void add(std::span<const float> parameters);

  /// Empty before the first step.
  std::span<const float> values() const noexcept { return state_.values; }

  const ParameterAverageState& state() const noexcept { return state_; }

 private:
  double horizon_;
  ParameterAverageState state_;
};

}  // namespace plstm
