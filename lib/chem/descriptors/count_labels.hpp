#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/graph_count.hpp>

namespace plstm {

/// The label of what RDKit calls `number` in a family of substructure_counts().
inline std::uint32_t count_label(std::uint32_t family, std::uint64_t number) {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kCountFamilyShift) - 1;
  return family << kCountFamilyShift | static_cast<std::uint32_t>(mix_seed(family, number) & kMask);
}

/// Sorts by label and adds the counts of equal labels, up to kMostCount.
inline void unite_counts(std::vector<GraphCount>& counts) {
  std::ranges::sort(counts, {}, &GraphCount::label);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (kept > 0 && counts[kept - 1].label == counts[i].label) {
      counts[kept - 1].count += counts[i].count;
    } else {
      counts[kept++] = counts[i];
    }
  }
  counts.resize(kept);
  for (GraphCount& each : counts) each.count = std::min(each.count, kMostCount);
}

}  // namespace plstm
