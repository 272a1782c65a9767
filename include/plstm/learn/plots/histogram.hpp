#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace plstm {

/// Counts of several groups of values in common bins.
struct Histogram {
  std::vector<double> edges;                      ///< [bins + 1] ascending; empty if there are no values
  std::vector<std::vector<std::int64_t>> counts;  ///< [groups][bins]
};

/// Bins of a readable width (as ticks have it), at most `most` of them. A value on an edge counts above it. Values that
/// are not finite do not count. Throws ConfigError if `most` is below 2.
Histogram make_histogram(std::span<const std::vector<double>> groups, std::size_t most = 30);

/// Shares of the group in each bin, in per cent; zeros for a group without values.
std::vector<double> percent_of_group(const Histogram& histogram, std::size_t group);

}  // namespace plstm
