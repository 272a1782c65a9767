#include "plstm/graph/graph_count.hpp"

#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

void check_graph_counts(const char* what, GraphCounts counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto [label, count] = counts[i];
    if (label >= kNumCountLabels) {
      throw ShapeError(
          fmt::format("{}: count {} has label {}, expected one below {}", what, i, label, kNumCountLabels));
    }
    if (i > 0 && label <= counts[i - 1].label) {
      throw ShapeError(fmt::format("{}: count {} has label {} behind {}, expected ascending labels", what, i,
                                   label, counts[i - 1].label));
    }
    if (count == 0 || count > kMostCount) {
      throw ShapeError(
          fmt::format("{}: label {} is counted {} times, expected 1 to {}", what, label, count, kMostCount));
    }
  }
}

}  // namespace plstm
