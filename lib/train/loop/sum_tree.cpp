#include "plstm/train/loop/sum_tree.hpp"

#include <algorithm>

namespace plstm {
namespace {

// Where the sums begin that a binary counter has after `leaves` leaves, ascending.
std::vector<std::size_t> counter_sums(std::size_t leaves) {
  std::vector<std::size_t> begins;
  std::size_t begin = 0;
  for (std::size_t bit = std::size_t{1} << (sizeof(std::size_t) * 8 - 1); bit != 0; bit >>= 1) {
    if ((leaves & bit) == 0) continue;
    begins.push_back(begin);
    begin += bit;
  }
  return begins;
}

}  // namespace

std::vector<SumTreeStep> sum_tree_steps(std::size_t leaves, std::size_t leaf, std::size_t first) {
  std::vector<SumTreeStep> steps;
  const std::size_t end = leaf + 1;
  for (std::size_t width = 1; end % (2 * width) == 0; width *= 2) {
    if (end - 2 * width >= first) steps.push_back({end - 2 * width, end - width, end});
  }
  if (end == leaves) {
    const std::vector<std::size_t> sums = counter_sums(leaves);
    for (std::size_t i = sums.size(); i-- > 1;) {
      if (sums[i - 1] >= first) steps.push_back({sums[i - 1], sums[i], end});
    }
  }
  return steps;
}

std::vector<std::size_t> sum_tree_roots(std::size_t leaves, std::size_t first, std::size_t last) {
  std::vector<std::size_t> roots;
  for (std::size_t leaf = first; leaf < last; ++leaf) {
    roots.push_back(leaf);
    for (const SumTreeStep& step : sum_tree_steps(leaves, leaf, first)) std::erase(roots, step.right);
  }
  return roots;
}

std::vector<SumTreeStep> sum_tree_steps_between(std::size_t leaves, std::span<const std::size_t> offsets) {
  std::vector<SumTreeStep> between;
  std::size_t range = 0;
  const std::size_t begin = offsets.front();
  for (std::size_t leaf = begin; leaf < offsets.back(); ++leaf) {
    while (leaf >= offsets[range + 1]) ++range;
    for (const SumTreeStep& step : sum_tree_steps(leaves, leaf, begin)) {
      if (step.left < offsets[range]) between.push_back(step);
    }
  }
  return between;
}

}  // namespace plstm
