#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/group_folds.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Groups = std::vector<std::vector<std::int32_t>>;

// Groups of these sizes, with rows in order.
Groups groups_of(const std::vector<int>& sizes) {
  Groups groups;
  std::int32_t row = 0;
  for (const int size : sizes) {
    groups.emplace_back(static_cast<std::size_t>(size));
    std::iota(groups.back().begin(), groups.back().end(), row);
    row += size;
  }
  return groups;
}

TEST(GroupFolds, SortedByHand) {
  // Largest first: 4 to fold 0, 3 to fold 1, 2 to fold 1, 2 to fold 0.
  const std::vector<Split> splits = sorted_group_folds(groups_of({2, 4, 2, 3}), 2, 0.0);
  ASSERT_EQ(splits.size(), 2u);
  EXPECT_THAT(splits[0].test, ElementsAre(2, 3, 4, 5, 6, 7));
  EXPECT_THAT(splits[1].test, ElementsAre(0, 1, 8, 9, 10));
  EXPECT_EQ(splits[0].train, splits[1].test);
  EXPECT_TRUE(splits[0].validation.empty());
}

TEST(GroupFolds, SortedOnesValidateOnSmallGroups) {
  const std::vector<Split> splits = sorted_group_folds(groups_of({6, 6, 6, 1, 1, 1}), 3, 0.1);
  for (const Split& split : splits) {
    EXPECT_EQ(split.test.size(), 7u);
    EXPECT_EQ(split.train.size(), 12u);
    EXPECT_EQ(split.validation.size(), 2u);
    for (const std::int32_t row : split.validation) EXPECT_GE(row, 18);
  }
}

TEST(GroupFolds, RandomOnesFollowTheSeed) {
  const Groups groups = groups_of(std::vector<int>(40, 2));
  const std::vector<Split> splits = random_group_folds(groups, 4, 0.25, 3);
  EXPECT_EQ(splits, random_group_folds(groups, 4, 0.25, 3));
  EXPECT_NE(splits, random_group_folds(groups, 4, 0.25, 4));
  for (const Split& split : splits) {
    EXPECT_EQ(split.test.size(), 20u);
    EXPECT_NEAR(static_cast<double>(split.validation.size()), 15, 1);
  }
}

TEST(GroupFolds, RefuseWhatMakesNoSense) {
  const Groups groups = groups_of({2, 1, 0, 1});
  EXPECT_THROW(random_group_folds(groups, 1, 0.1, 0), ConfigError);
  EXPECT_THROW(sorted_group_folds(groups, 1, 0.1), ConfigError);
  EXPECT_THAT([&] { sorted_group_folds(groups, 4, 0.1); },
              ThrowsMessage<ConfigError>(HasSubstr("4 folds of 3 groups")));
  EXPECT_THROW(random_group_folds(groups, 2, 1.0, 0), ConfigError);
  EXPECT_THROW(random_group_folds(Groups{{0, 1}, {1, 2}}, 2, 0.1, 0), ConfigError);
}

RC_GTEST_PROP(GroupFolds, EveryRowIsTestedOnceAndGroupsStayTogether, ()) {
  const auto sizes = *rc::gen::suchThat(
      rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5)),
      [](const auto& list) { return std::ranges::count_if(list, [](int size) { return size > 0; }) >= 6; });
  const int folds = *rc::gen::inRange(2, 5);
  const bool random = *rc::gen::arbitrary<bool>();
  const Groups groups = groups_of(sizes);
  const auto rows = static_cast<std::size_t>(std::accumulate(sizes.begin(), sizes.end(), 0));
  std::map<std::int32_t, std::size_t> group_of;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const std::int32_t row : groups[g]) group_of[row] = g;
  }
  const std::vector<Split> splits =
      random ? random_group_folds(groups, folds, 0.2, 5) : sorted_group_folds(groups, folds, 0.2);
  RC_ASSERT(splits.size() == static_cast<std::size_t>(folds));
  std::multiset<std::int32_t> tested;
  std::size_t fewest = rows, most = 0;
  for (const Split& split : splits) {
    tested.insert(split.test.begin(), split.test.end());
    fewest = std::min(fewest, split.test.size());
    most = std::max(most, split.test.size());
    RC_ASSERT(split.train.size() + split.validation.size() + split.test.size() == rows);
    std::map<std::size_t, std::set<int>> parts;  // where each group is
    int number = 0;
    for (const auto* part : {&split.train, &split.validation, &split.test}) {
      RC_ASSERT(std::ranges::is_sorted(*part));
      for (const std::int32_t row : *part) parts[group_of.at(row)].insert(number);
      ++number;
    }
    for (const auto& [group, in] : parts) RC_ASSERT(in.size() == 1u);
  }
  RC_ASSERT(tested.size() == rows);
  RC_ASSERT(std::set<std::int32_t>(tested.begin(), tested.end()).size() == rows);
  const auto largest = static_cast<std::size_t>(std::ranges::max(sizes));
  RC_ASSERT(most - fewest <= largest);
}

}  // namespace
}  // namespace plstm
