#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/train/baselines/forest.hpp>

namespace plstm {

/// Different values of a binned column at most.
inline constexpr std::size_t kBins = 256;

/// A feature of all rows: the number of thresholds below each value.
struct BinnedColumn {
  std::vector<float> thresholds;   ///< ascending, fewer than kBins
  std::vector<std::uint8_t> bins;  ///< [n]
};

/// Thresholds lie halfway between neighbouring values, or between quantiles where there are more than kBins values. All
/// columns in parallel.
std::vector<BinnedColumn> bin_columns(const ConstMatrixMap<float>& features);

/// The value of the leaf that a row reaches from the root of a tree. Values that are no numbers go right.
inline float leaf_value(const Forest::Node* root, const float* row) {
  std::int32_t at = 0;
  while (root[at].column >= 0) at = row[root[at].column] <= root[at].threshold ? at + 1 : root[at].right;
  return root[at].value;
}

}  // namespace plstm
