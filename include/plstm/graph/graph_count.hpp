#pragma once

#include <cstdint>
#include <span>

namespace plstm {

/// Something that a whole graph has so many of: a substructure, a kind of path. Labels are numbers below kNumCountLabels.
/// Their two highest bits are the family, and graphs are compared family by family.
struct GraphCount {
  std::uint32_t label = 0;
  std::uint32_t count = 0;  ///< 1 to kMostCount

  bool operator==(const GraphCount&) const = default;
};

inline constexpr std::uint32_t kCountFamilyShift = 22;
inline constexpr std::uint32_t kNumCountFamilies = 4;
inline constexpr std::uint32_t kNumCountLabels = kNumCountFamilies << kCountFamilyShift;
inline constexpr std::uint32_t kMostCount = 255;

/// The counts of one graph, by ascending label, each label once.
using GraphCounts = std::span<const GraphCount>;

inline std::uint32_t family_of(const GraphCount& count) {
  return count.label >> kCountFamilyShift;
}

/// Throws ShapeError naming the first count whose label is out of range or not above the one before, or whose number is
/// out of range. `what` begins the message.
void check_graph_counts(const char* what, GraphCounts counts);

}  // namespace plstm
