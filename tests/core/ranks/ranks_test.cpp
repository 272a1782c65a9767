#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/ranks/ranks.hpp>

namespace plstm::test {
namespace {

using testing::ElementsAre;

TEST(Ranks, OneRankNeedsNobody) {
  const Ranks alone;
  EXPECT_EQ(alone.rank(), 0);
  EXPECT_EQ(alone.size(), 1);
  EXPECT_TRUE(alone.is_first());
  std::vector<int> values{3, 1, 4};
  alone.broadcast(values);
  EXPECT_THAT(values, ElementsAre(3, 1, 4));
  std::string text = "as it was";
  alone.broadcast(text);
  EXPECT_EQ(text, "as it was");
  EXPECT_TRUE(alone.any(true));
  EXPECT_FALSE(alone.any(false));
  EXPECT_THAT(alone.gather(7), ElementsAre(7));
  EXPECT_EQ(alone.split(5).size(), 1);
  alone.barrier();
}

TEST(Ranks, SharesCoverAllItemsAndDifferByOneAtMost) {
  for (const std::size_t count : {0U, 1U, 7U, 64U, 1000U}) {
    for (const int size : {1, 2, 3, 5, 16, 100}) {
      const std::vector<std::size_t> shares = rank_shares(count, size);
      ASSERT_EQ(std::ssize(shares), size + 1);
      EXPECT_EQ(shares.front(), 0);
      EXPECT_EQ(shares.back(), count);
      const std::size_t least = count / static_cast<std::size_t>(size);
      for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
        EXPECT_GE(shares[i + 1] - shares[i], least);
        EXPECT_LE(shares[i + 1] - shares[i], least + 1);
      }
    }
  }
}

}  // namespace
}  // namespace plstm::test
