#pragma once

#include <plstm/core/matrix.hpp>

namespace plstm {

/// Widths of the state-tracking dimensions (specification, section 6); all 1: a plain gated recurrence.
struct TrackingWidths {
  Index state = 1;   ///< JT, columns of the state that the transition mixes
  Index key = 1;     ///< JK
  Index value = 1;   ///< JV
  Index output = 1;  ///< JO
  Index query = 1;   ///< JQ

  friend bool operator==(const TrackingWidths&, const TrackingWidths&) = default;
};

}  // namespace plstm
