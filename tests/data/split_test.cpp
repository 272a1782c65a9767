#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/split.hpp>

#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::AnyOf;
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

TEST(RandomGroupSplit, KeepsGroupsTogether) {
  std::vector<std::vector<std::int32_t>> groups;
  std::int32_t rows = 0;
  for (std::int32_t size = 1; size <= 20; ++size) {
    groups.emplace_back();
    for (std::int32_t i = 0; i < size; ++i) groups.back().push_back(rows++);
  }
  groups.emplace_back();
  const Split split = random_group_split(groups, {0.5, 0.25, 0.25}, 7);
  check_split(split, rows);
  EXPECT_EQ(split.train.size() + split.validation.size() + split.test.size(), 210u);
  for (const auto* part : {&split.train, &split.validation, &split.test}) {
    EXPECT_FALSE(part->empty());
    for (const auto& group : groups) {
      const auto inside = std::count_if(group.begin(), group.end(), [&](std::int32_t row) {
        return std::find(part->begin(), part->end(), row) != part->end();
      });
      EXPECT_TRUE(inside == 0 || inside == static_cast<std::ptrdiff_t>(group.size()));
    }
  }
  EXPECT_GE(split.train.size(), 105u);
  EXPECT_LT(split.train.size(), 125u);
  EXPECT_EQ(random_group_split(groups, {0.5, 0.25, 0.25}, 7), split);
  EXPECT_NE(random_group_split(groups, {0.5, 0.25, 0.25}, 8), split);
}

TEST(RandomGroupSplit, BadGroupsAreRefused) {
  const std::vector<std::vector<std::int32_t>> twice{{0, 1}, {1}}, negative{{-1}, {0}}, none;
  EXPECT_THROW(random_group_split(twice, {1, 0, 0}, 1), ConfigError);
  EXPECT_THROW(random_group_split(negative, {1, 0, 0}, 1), ConfigError);
  EXPECT_THROW(random_group_split(none, {1, 0, 0}, 1), ConfigError);
  EXPECT_THROW(random_group_split(twice, {0.5, 0, 0}, 1), ConfigError);
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
  EXPECT_EQ(fractions_of(std::vector<double>{0.5, 0.3, 0.2}).validation, 0.3);
  EXPECT_THROW(fractions_of(std::vector<double>{0.5, 0.5}), ConfigError);
  EXPECT_THROW(fractions_of(std::vector<double>{0.5, 0.6, 0.1}), ConfigError);
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

// How often each class stands in a part.
std::map<std::int32_t, std::int64_t> count_classes(const std::vector<std::int32_t>& rows,
                                                   const std::vector<std::int32_t>& classes) {
  std::map<std::int32_t, std::int64_t> counts;
  for (const std::int32_t row : rows) ++counts[classes[static_cast<std::size_t>(row)]];
  return counts;
}

TEST(Split, TenFoldsAreEightToOneToOne) {
  // As many rows as MUTAG has: 63 and 125.
  std::vector<std::int32_t> classes(188, 1);
  std::fill(classes.begin(), classes.begin() + 63, 0);
  const std::vector<Split> folds = stratified_folds(classes, 10, 1.0 / 9, test::kSeed);
  ASSERT_EQ(folds.size(), 10u);
  for (const Split& split : folds) {
    EXPECT_THAT(split.test.size(), AnyOf(18u, 19u));
    EXPECT_EQ(split.validation.size(), 19u);
    EXPECT_THAT(count_classes(split.test, classes)[0], AnyOf(6, 7));
    EXPECT_THAT(count_classes(split.validation, classes)[0], AnyOf(6, 7));
    EXPECT_EQ(all_rows(split).size(), 188u);
  }
}

TEST(Split, FoldsDependOnTheSeedOnly) {
  const std::vector<std::int32_t> classes{0, 1, 0, 1, 0, 1, 2, 2, 2, 2};
  EXPECT_EQ(stratified_folds(classes, 3, 0.2, 1), stratified_folds(classes, 3, 0.2, 1));
  EXPECT_NE(stratified_folds(classes, 3, 0.2, 1), stratified_folds(classes, 3, 0.2, 2));
  // Integers alone decide, so that these are the folds on every machine.
  const std::vector<Split> folds = random_folds(5, 2, 0.3, 1);
  EXPECT_THAT(folds[0].test, ElementsAre(0, 2, 3));
  EXPECT_THAT(folds[0].validation, ElementsAre(1));
  EXPECT_THAT(folds[1].validation, ElementsAre(2));
}

TEST(Split, FoldsOfFewRows) {
  const std::vector<Split> folds = random_folds(2, 2, 0, 5);
  ASSERT_EQ(folds.size(), 2u);
  EXPECT_EQ(folds[0].train, folds[1].test);
  EXPECT_EQ(folds[1].train, folds[0].test);
  EXPECT_THAT(folds[0].validation, IsEmpty());
}

TEST(Split, FoldsMustMakeSense) {
  EXPECT_THAT([] { random_folds(10, 1, 0.1, 1); },
              ThrowsMessage<ConfigError>(StrEq("random_folds: 1 folds, expected 2 or more")));
  EXPECT_THAT(
      [] {
        stratified_folds(std::vector{0, 1}, 3, 0.1, 1);
      },
      ThrowsMessage<ConfigError>(StrEq("stratified_folds: 3 folds of 2 rows, expected a row or more each")));
  EXPECT_THROW(stratified_folds({}, 2, 0.1, 1), ConfigError);
  EXPECT_THROW(random_folds(-3, 2, 0.1, 1), ConfigError);
  for (const double share : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT([&] { random_folds(10, 2, share, 1); },
                ThrowsMessage<ConfigError>(HasSubstr("validation share")));
  }
  EXPECT_THAT([] { random_folds(2, 2, 0.9, 1); }, ThrowsMessage<ConfigError>(HasSubstr("train has no rows")));
}

RC_GTEST_PROP(Split, FoldsAreStratified, (std::vector<std::int8_t> labels)) {
  RC_PRE(labels.size() >= 2u);
  std::vector<std::int32_t> classes;
  for (const std::int8_t label : labels) classes.push_back(label % 4);
  const auto folds = *rc::gen::inRange<std::int32_t>(2, static_cast<std::int32_t>(labels.size()) + 1);
  const double share = 0.05 * *rc::gen::inRange(0, 10);
  const std::vector<Split> splits = stratified_folds(classes, folds, share, 3);
  RC_ASSERT(splits.size() == static_cast<std::size_t>(folds));
  std::vector<std::int32_t> tested;
  std::map<std::int32_t, std::pair<std::int64_t, std::int64_t>> range;  // least and most tests of a class
  for (const Split& split : splits) {
    check_split(split, static_cast<std::int32_t>(classes.size()));
    RC_ASSERT(all_rows(split).size() == classes.size());
    tested.insert(tested.end(), split.test.begin(), split.test.end());
    auto tests = count_classes(split.test, classes);
    auto validations = count_classes(split.validation, classes);
    const auto trains = count_classes(split.train, classes);
    for (const std::int32_t label : classes) {
      const auto [place, is_new] = range.try_emplace(label, tests[label], tests[label]);
      place->second.first = std::min(place->second.first, tests[label]);
      place->second.second = std::max(place->second.second, tests[label]);
    }
    for (const auto& [label, count] : trains) {
      const double rest = static_cast<double>(count + validations[label]);
      RC_ASSERT(std::abs(static_cast<double>(validations[label]) - share * rest) < 1 + 1e-9);
    }
    const double rest = static_cast<double>(split.train.size() + split.validation.size());
    RC_ASSERT(std::abs(static_cast<double>(split.validation.size()) - share * rest) <= 0.5 + 1e-9);
  }
  std::sort(tested.begin(), tested.end());
  RC_ASSERT(tested.size() == classes.size());
  RC_ASSERT(std::adjacent_find(tested.begin(), tested.end()) == tested.end());
  for (const auto& [label, counts] : range) RC_ASSERT(counts.second - counts.first <= 1);
  const auto [least, most] =
      std::minmax_element(splits.begin(), splits.end(),
                          [](const Split& a, const Split& b) { return a.test.size() < b.test.size(); });
  RC_ASSERT(most->test.size() - least->test.size() <= 1u);
}

TEST(Split, OfRowsOfALargerSet) {
  const std::vector<std::int32_t> rows{3, 5, 8, 13};
  EXPECT_EQ(split_of_rows({{2, 0}, {3}, {1}}, rows), (Split{{8, 3}, {13}, {5}}));
}

}  // namespace
}  // namespace plstm
