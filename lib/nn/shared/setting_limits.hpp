#pragma once

#include <cmath>

#include <plstm/core/matrix.hpp>
#include <plstm/stm/shared/tracking.hpp>

// Limits of settings that several models have. A larger value is a mistake, or damage in a file: within these limits
// no product of sizes leaves 64 bits before ParameterLayout::add compares it with its own limit.
namespace plstm {

inline constexpr Index kMostBlocks = 1024;
inline constexpr Index kMostWidth = Index{1} << 24;
inline constexpr Index kMostPathTotals = 1024;
inline constexpr Index kMostTrackingWidth = 1024;
inline constexpr Index kMostOutputs = (Index{1} << 31) - 1;

inline bool is_fraction(double value) {
  return value >= 0 && value < 1;
}

inline bool is_positive(double value) {
  return value > 0 && std::isfinite(value);
}

inline bool fits(const TrackingWidths& tracking) {
  for (const Index width : {tracking.state, tracking.key, tracking.value, tracking.output, tracking.query}) {
    if (width < 1 || width > kMostTrackingWidth) return false;
  }
  return true;
}

}  // namespace plstm
