#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plstm {

/// One addition of a sum tree: the sum that begins at leaf `left` takes up the one that begins at leaf `right`. Together
/// they stand for the leaves left .. end - 1.
struct SumTreeStep {
  std::size_t left = 0, right = 0, end = 0;
};

/// The tree in which the gradients of the shards of a batch are added. Its shape depends on the number of leaves alone,
/// so a sum has the same bits whoever adds what. A leaf that arrives joins the sums before it as a binary counter
/// carries: few sums are alive at once, and a range of leaves has at most two sums for each level of the tree.

/// The additions that can be made once leaf `leaf` of `leaves` has arrived after all before it, in order; of those
/// within the leaves `first` and later. After the last leaf all that is left is added, from the right.
std::vector<SumTreeStep> sum_tree_steps(std::size_t leaves, std::size_t leaf, std::size_t first = 0);

/// Where the sums begin that are left of the leaves first .. last - 1 after their own additions, ascending.
std::vector<std::size_t> sum_tree_roots(std::size_t leaves, std::size_t first, std::size_t last);

/// The additions between leaves of different ranges, in order; range i has the leaves offsets[i] .. offsets[i + 1] - 1.
/// Where the ranges are not all leaves, only what can be added within them.
std::vector<SumTreeStep> sum_tree_steps_between(std::size_t leaves, std::span<const std::size_t> offsets);

}  // namespace plstm
