#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/train/baselines/boosted_trees.hpp>

#include "train/baselines/decision_trees.hpp"

namespace plstm {

/// First and second derivative of a row's loss by its output, times the row's weight.
struct Slope {
  double gradient = 0, curvature = 0;
};

/// What one tree is made of.
struct BoostedTreeInput {
  std::span<const BinnedColumn> columns;  ///< all columns
  std::span<const std::int32_t> chosen;   ///< the columns that may split, none of them constant
  std::span<const std::int32_t> rows;     ///< the rows that are seen, ascending, at least one
  std::span<const Slope> slopes;          ///< of all rows
};

/// A tree whose leaves have the values -learning_rate G / (H + penalty), G and H being the sums of their rows' slopes. It
/// grows leaf by leaf; the leaf whose split has the largest gain is split next, the first at a tie. A node's left child
/// comes right behind it. The bits do not depend on the number of threads.
std::vector<Forest::Node> grow_boosted_tree(const BoostedTreeInput& input, const BoostingOptions& options);

}  // namespace plstm
