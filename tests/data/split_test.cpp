#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/split.hpp>

#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

std::vector<std::int32_t> all_rows(const Split& split) {
  std::vector<std::int32_t> rows;
  for (const auto* part : {&split.train, &split.validation, &split.test}) {
    rows.insert(rows.end(), part->begin(), part->end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(Split, RandomSplitUsesEveryRowOnce) {
  const Split split = random_split(101, {0.8, 0.1, 0.1}, test::kSeed);
  EXPECT_EQ(split.train.size(), 81u);
  EXPECT_EQ(split.validation.size(), 10u);
  EXPECT_EQ(split.test.size(), 10u);
  std::vector<std::int32_t> expected(101);
  for (std::int32_t i = 0; i < 101; ++i) expected[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(all_rows(split), expected);
}

TEST(Split, RandomSplitDependsOnTheSeedOnly) {
  EXPECT_EQ(random_split(50, {}, 1), random_split(50, {}, 1));
  EXPECT_NE(random_split(50, {}, 1), random_split(50, {}, 2));
}

TEST(Split, RandomSplitOfFewRows) {
  EXPECT_THAT(random_split(1, {}, 1).train, ElementsAre(0));
  EXPECT_THAT(random_split(7, {1, 0, 0}, 1).test, IsEmpty());
  EXPECT_THROW(random_split(0, {}, 1), ConfigError);
  EXPECT_THROW(random_split(-1, {}, 1), ConfigError);
  EXPECT_THROW(random_split(1, {0.1, 0.1, 0.8}, 1), ConfigError);
}

TEST(Split, FractionsMustMakeSense) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT([] { check_fractions({0.8, 0.1, 0.2}); }, ThrowsMessage<ConfigError>(HasSubstr("sum is 1.1")));
  EXPECT_THAT([] { check_fractions({1.1, -0.1, 0}); }, ThrowsMessage<ConfigError>(HasSubstr("negative")));
  EXPECT_THROW(check_fractions({nan, 0.5, 0.5}), ConfigError);
  EXPECT_THROW(check_fractions({0, 0.5, 0.5}), ConfigError);
  EXPECT_NO_THROW(check_fractions({0.7, 0.2, 0.1}));
}

TEST(Split, CheckNamesTheBadRow) {
  EXPECT_NO_THROW(check_split({{0, 2}, {1}, {}}, 4));
  EXPECT_THAT(
      [] {
        check_split({{0}, {4}, {}}, 4);
      },
      ThrowsMessage<ConfigError>(StrEq("split: row 4 is not in 0..3")));
  EXPECT_THAT([] { check_split({{-1}, {}, {}}, 4); }, ThrowsMessage<ConfigError>(HasSubstr("row -1")));
  EXPECT_THAT(
      [] {
        check_split({{1}, {2}, {1}}, 4);
      },
      ThrowsMessage<ConfigError>(StrEq("split: row 1 comes twice")));
  EXPECT_THROW(check_split({{3, 3}, {}, {}}, 4), ConfigError);
  EXPECT_THAT(
      [] {
        check_split({{}, {1}, {2}}, 4);
      },
      ThrowsMessage<ConfigError>(StrEq("split: train has no rows")));
}

TEST(Split, GroupsGoBySizeThenFirstIndexDescending) {
  // Order: {0 1 2 3 4 5}, {7 8}, {9}, {6}; train holds up to 8 of 10, train + validation up to 9.
  const std::vector<std::vector<std::int32_t>> groups{{6}, {0, 1, 2, 3, 4, 5}, {}, {9}, {7, 8}};
  EXPECT_EQ(group_split(groups, {0.8, 0.1, 0.1}), (Split{{0, 1, 2, 3, 4, 5, 7, 8}, {9}, {6}}));
}

TEST(Split, GroupTooLargeForTrainGoesOnAndASmallerOneStillFits) {
  // {0..4} fills half; {5 6 7} fits neither train (6) nor train + validation (7); {8} and {9} then go to
  // train, valid.
  const std::vector<std::vector<std::int32_t>> groups{{0, 1, 2, 3, 4}, {5, 6, 7}, {8}, {9}};
  EXPECT_EQ(group_split(groups, {0.6, 0.1, 0.3}), (Split{{0, 1, 2, 3, 4, 9}, {8}, {5, 6, 7}}));
}

TEST(Split, GroupErrors) {
  EXPECT_THAT([] { group_split({}, {}); }, ThrowsMessage<ConfigError>(HasSubstr("train has no rows")));
  const std::vector<std::vector<std::int32_t>> twice{{0, 1, 2, 3, 4, 5, 6, 7, 8}, {8}};
  EXPECT_THAT(
      [&] {
        group_split(twice, {0.9, 0.05, 0.05});
      },
      ThrowsMessage<ConfigError>(HasSubstr("row 8 comes twice")));
  const std::vector<std::vector<std::int32_t>> one{{0, 1, 2}};
  EXPECT_THROW(group_split(one, {0.8, 0.1, 0.1}), ConfigError);
}

RC_GTEST_PROP(Split, GroupsAreNeverTorn, (std::vector<std::uint8_t> labels)) {
  std::vector<std::vector<std::int32_t>> groups(256);
  for (std::size_t i = 0; i < labels.size(); ++i) groups[labels[i]].push_back(static_cast<std::int32_t>(i));
  Split split;
  try {
    split = group_split(groups, {0.5, 0.25, 0.25});
  } catch (const ConfigError&) {
    RC_DISCARD("one group holds more than half");
  }
  RC_ASSERT(all_rows(split).size() == labels.size());
  RC_ASSERT(2 * split.train.size() <= labels.size());
  for (const auto& group : groups) {
    for (const auto* part : {&split.train, &split.validation, &split.test}) {
      const auto inside = std::count_if(group.begin(), group.end(), [&](std::int32_t row) {
        return std::find(part->begin(), part->end(), row) != part->end();
      });
      RC_ASSERT(inside == 0 || inside == static_cast<std::ptrdiff_t>(group.size()));
    }
  }
}

}  // namespace
}  // namespace plstm
