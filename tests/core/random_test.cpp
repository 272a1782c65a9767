#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include <plstm/core/random.hpp>

#include "support/seed.hpp"

namespace plstm::test {
namespace {

TEST(Random, IsTheSameOnEveryMachine) {
  Random random(1);  // xoshiro256** after splitmix64 of 1, computed by hand-written Python integers
  EXPECT_EQ(random.next(), 12966619160104079557u);
  EXPECT_EQ(random.next(), 9600361134598540522u);
}

TEST(Random, StreamsDiffer) {
  EXPECT_NE(Random(kSeed, 0).next(), Random(kSeed, 1).next());
  EXPECT_NE(mix_seed(1, 2), mix_seed(2, 1));
}

TEST(Random, BelowReachesEveryValue) {
  Random random(kSeed);
  std::array<int, 5> counts{};
  for (int i = 0; i < 5000; ++i) ++counts[random.below(5)];
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(Random, NormalHasItsMoments) {
  Random random(kSeed);
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double x = random.normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / 1e5, 0, 0.02);
  EXPECT_NEAR(squares / 1e5, 1, 0.03);
}

TEST(Random, PermutationHoldsEveryIndex) {
  Random random(kSeed);
  std::vector<std::int32_t> items = random_permutation(100, random);
  EXPECT_FALSE(std::ranges::is_sorted(items));
  std::ranges::sort(items);
  std::vector<std::int32_t> expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(items, expected);
  EXPECT_TRUE(random_permutation(0, random).empty());
}

}  // namespace
}  // namespace plstm::test
