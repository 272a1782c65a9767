#include "plstm/learn/plots/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <plstm/core/error.hpp>
#include <plstm/learn/plots/ticks.hpp>

namespace plstm {
namespace {

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

Range range_of(std::span<const std::vector<double>> groups) {
  Range range;
  for (const std::vector<double>& group : groups) {
    for (const double value : group) {
      if (!std::isfinite(value)) continue;
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  }
  return range;
}

std::size_t largest_group(std::span<const std::vector<double>> groups) {
  std::size_t largest = 0;
  for (const std::vector<double>& group : groups) largest = std::max(largest, group.size());
  return largest;
}

// Multiples of a readable step around all values.
std::vector<double> edges_around(const Range& range, std::size_t most) {
  Range wide = range;
  if (wide.low == wide.high) {
    const double half = std::max(std::abs(wide.low), 1.0) / 2;
    wide = {wide.low - half, wide.high + half};
  }
  const double step = nice_ticks(wide.low, wide.high, most - 1).step;
  const double first = std::floor(wide.low / step);
  std::vector<double> edges{first * step};
  for (std::size_t i = 1; i <= most && edges.back() <= wide.high; ++i) {
    edges.push_back((first + static_cast<double>(i)) * step);
  }
  return edges;
}

}  // namespace

Histogram make_histogram(std::span<const std::vector<double>> groups, std::size_t most) {
  if (most < 2) throw ConfigError("make_histogram: at most 1 bin is asked for, expected 2 or more");
  Histogram result;
  const Range range = range_of(groups);
  if (!(range.low <= range.high)) {
    result.counts.resize(groups.size());
    return result;
  }
  // Few values fill few bins: about three times the cubic root of their number.
  const double root = std::cbrt(static_cast<double>(largest_group(groups)));
  result.edges = edges_around(
      range, std::clamp(static_cast<std::size_t>(3 * root), std::min<std::size_t>(8, most), most));
  const std::size_t bins = result.edges.size() - 1;
  for (const std::vector<double>& group : groups) {
    std::vector<std::int64_t>& counts = result.counts.emplace_back(bins);
    for (const double value : group) {
      if (!std::isfinite(value)) continue;
      const auto above = std::ranges::upper_bound(result.edges, value) - result.edges.begin();
      const auto bin = std::clamp<std::ptrdiff_t>(above - 1, 0, static_cast<std::ptrdiff_t>(bins) - 1);
      ++counts[static_cast<std::size_t>(bin)];
    }
  }
  return result;
}

std::vector<double> percent_of_group(const Histogram& histogram, std::size_t group) {
  std::int64_t all = 0;
  for (const std::int64_t count : histogram.counts[group]) all += count;
  std::vector<double> shares;
  for (const std::int64_t count : histogram.counts[group]) {
    shares.push_back(all == 0 ? 0 : 100 * static_cast<double>(count) / static_cast<double>(all));
  }
  return shares;
}

}  // namespace plstm
