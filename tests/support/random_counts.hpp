#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/graph_count.hpp>

namespace plstm::test {

/// Counts of a graph over few labels of two families, so that graphs share many.
inline std::vector<GraphCount> random_counts(Random& random) {
  std::vector<GraphCount> counts;
  for (std::uint32_t family = 0; family < 2; ++family) {
    for (std::uint32_t label = 0; label < 12; ++label) {
      if (random.below(3) == 0) continue;
      counts.push_back(
          {family << kCountFamilyShift | label, 1 + static_cast<std::uint32_t>(random.below(4))});
    }
  }
  return counts;
}

/// Views of the counts.
inline std::vector<GraphCounts> views_of(const std::vector<std::vector<GraphCount>>& counts) {
  return {counts.begin(), counts.end()};
}

}  // namespace plstm::test
