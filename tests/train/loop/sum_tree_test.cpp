#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/ranks/ranks.hpp>
#include <plstm/train/loop/sum_tree.hpp>

namespace plstm::test {
namespace {

using testing::ElementsAre;

// Each leaf is a letter, and each sum writes down what it added.
std::vector<std::string> letters(std::size_t leaves) {
  std::vector<std::string> sums;
  for (std::size_t i = 0; i < leaves; ++i) sums.emplace_back(1, static_cast<char>('a' + i));
  return sums;
}

void add(std::vector<std::string>& sums, const std::vector<SumTreeStep>& steps) {
  for (const SumTreeStep& step : steps) sums[step.left] = "(" + sums[step.left] + sums[step.right] + ")";
}

std::string whole_sum(std::size_t leaves) {
  std::vector<std::string> sums = letters(leaves);
  for (std::size_t leaf = 0; leaf < leaves; ++leaf) add(sums, sum_tree_steps(leaves, leaf));
  return sums.front();
}

TEST(SumTree, IsABinaryCounter) {
  EXPECT_EQ(whole_sum(1), "a");
  EXPECT_EQ(whole_sum(2), "(ab)");
  EXPECT_EQ(whole_sum(3), "((ab)c)");
  EXPECT_EQ(whole_sum(4), "((ab)(cd))");
  EXPECT_EQ(whole_sum(7), "(((ab)(cd))((ef)g))");
}

// Whatever ranges are added apart, the sum is the same.
TEST(SumTree, HasOneShapeForEveryDivision) {
  for (std::size_t leaves = 1; leaves <= 23; ++leaves) {
    for (const int ranges : {1, 2, 3, 4, 7, 16, 30}) {
      const std::vector<std::size_t> offsets = rank_shares(leaves, ranges);
      std::vector<std::string> sums = letters(leaves);
      for (std::size_t range = 0; range + 1 < offsets.size(); ++range) {
        const std::size_t first = offsets[range];
        std::vector<std::size_t> roots;
        for (std::size_t leaf = first; leaf < offsets[range + 1]; ++leaf) {
          const std::vector<SumTreeStep> steps = sum_tree_steps(leaves, leaf, first);
          for (const SumTreeStep& step : steps) EXPECT_GE(step.left, first);
          add(sums, steps);
        }
      }
      add(sums, sum_tree_steps_between(leaves, offsets));
      EXPECT_EQ(sums.front(), whole_sum(leaves)) << leaves << " leaves, " << ranges << " ranges";
    }
  }
}

TEST(SumTree, RootsAreWhatARangeCannotAdd) {
  EXPECT_THAT(sum_tree_roots(16, 0, 16), ElementsAre(0));
  EXPECT_THAT(sum_tree_roots(16, 4, 8), ElementsAre(4));
  EXPECT_THAT(sum_tree_roots(16, 5, 11), ElementsAre(5, 6, 8, 10));
  EXPECT_THAT(sum_tree_roots(16, 3, 3), ElementsAre());
  EXPECT_THAT(sum_tree_roots(7, 4, 7), ElementsAre(4));  // the last leaf closes the tree
  EXPECT_THAT(sum_tree_roots(7, 0, 7), ElementsAre(0));
}

}  // namespace
}  // namespace plstm::test
