#include "decision_trees.hpp"

#include <algorithm>
#include <numeric>

#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

// Halfway, but never the upper value itself, to which it may be rounded.
float between(float lower, float upper) {
  const float middle = std::midpoint(lower, upper);
  return middle < upper ? middle : lower;
}

BinnedColumn bin_column(const ConstMatrixMap<float>& features, Index column) {
  const auto n = static_cast<std::size_t>(features.rows());
  std::vector<float> sorted(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = features(static_cast<Index>(i), column);
  std::ranges::sort(sorted);
  std::vector<float> different = sorted;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  BinnedColumn binned;
  if (different.size() <= kBins) {
    for (std::size_t i = 1; i < different.size(); ++i) {
      binned.thresholds.push_back(between(different[i - 1], different[i]));
    }
  } else {
    for (std::size_t i = 1; i < kBins; ++i) {
      const float value = sorted[i * n / kBins];
      const auto above = std::ranges::upper_bound(different, value);
      if (above == different.end()) break;
      const float threshold = between(value, *above);
      if (binned.thresholds.empty() || threshold > binned.thresholds.back()) {
        binned.thresholds.push_back(threshold);
      }
    }
  }
  binned.bins.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto place = std::ranges::lower_bound(binned.thresholds, features(static_cast<Index>(i), column));
    binned.bins[i] = static_cast<std::uint8_t>(place - binned.thresholds.begin());
  }
  return binned;
}

}  // namespace

std::vector<BinnedColumn> bin_columns(const ConstMatrixMap<float>& features) {
  std::vector<BinnedColumn> columns(static_cast<std::size_t>(features.cols()));
  parallel_for(columns.size(), 1,
               [&](std::size_t c) { columns[c] = bin_column(features, static_cast<Index>(c)); });
  return columns;
}

}  // namespace plstm
