#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/train/objectives/rank_metrics.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Values = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(RankMetrics, EqualValuesShareTheirRanks) {
  EXPECT_THAT(average_ranks(Values{3, -1, 3, 0, 3}), ElementsAre(4, 1, 4, 2, 4));
  EXPECT_THAT(average_ranks(Values{2, 2}), ElementsAre(1.5, 1.5));
  EXPECT_THAT(average_ranks({}), IsEmpty());
}

TEST(RankMetrics, SpearmanByHand) {
  // Ranks 1 2 3 4 and 1 3 2 4, so 1 - 6 * 2 / (4 * 15).
  EXPECT_DOUBLE_EQ(*spearman(Values{1, 2, 3, 4}, Values{1, 40, 2, 50}), 0.8);
  // Ranks 1.5 1.5 3 and 1 2 3.
  EXPECT_DOUBLE_EQ(*spearman(Values{1, 1, 2}, Values{1, 2, 3}), 1.5 / std::sqrt(1.5 * 2));
  EXPECT_DOUBLE_EQ(*spearman(Values{1, 2, 3}, Values{-5, 0, 1000}), 1.0);
  EXPECT_DOUBLE_EQ(*spearman(Values{1, 2, 3}, Values{8, 7, 1}), -1.0);
}

TEST(RankMetrics, AbsentWhereUndefined) {
  EXPECT_EQ(spearman({}, {}), std::nullopt);
  EXPECT_EQ(spearman(Values{1, 2}, Values{3, 3}), std::nullopt);
  EXPECT_EQ(spearman(Values{3, 3}, Values{1, 2}), std::nullopt);
  EXPECT_EQ(enrichment({}, {}), std::nullopt);
  EXPECT_EQ(enrichment(Values{1, 2}, Values{1, 1}), std::nullopt);
  EXPECT_EQ(enrichment(Values{1, 2}, Values{0, 0}), std::nullopt);
  EXPECT_TRUE(std::isnan(*spearman(Values{1, kNan}, Values{1, 2})));
  EXPECT_TRUE(std::isnan(*enrichment(Values{1, kNan}, Values{1, 0})));
}

TEST(RankMetrics, EnrichmentByHand) {
  Values scores(200), labels(200);
  std::iota(scores.begin(), scores.end(), 0.0);
  for (std::size_t i = 0; i < 200; i += 10) labels[i + 9] = 1;  // the best row is one of 20 positives
  EXPECT_DOUBLE_EQ(*enrichment(scores, labels), (1.0 / 2) / (20.0 / 200));
  labels[198] = 1;
  labels[9] = 0;
  EXPECT_DOUBLE_EQ(*enrichment(scores, labels), 10) << "all of the best are positive";
  labels[198] = labels[199] = 0;
  EXPECT_DOUBLE_EQ(*enrichment(scores, labels), 0);
  // Four rows share the best score and one of them is positive, so that two of them have 1/2 in the mean.
  labels[197] = 1;
  for (const std::size_t i : {196u, 197u, 198u, 199u}) scores[i] = 1000;
  EXPECT_DOUBLE_EQ(*enrichment(scores, labels), (0.5 / 2) / (19.0 / 200));
}

TEST(RankMetrics, EnrichmentOfFewRowsJudgesOne) {
  EXPECT_DOUBLE_EQ(*enrichment(Values{3, 1, 2}, Values{1, 0, 0}), 3);
  EXPECT_DOUBLE_EQ(*enrichment(Values{3, 1, 2}, Values{0, 1, 0}), 0);
  EXPECT_DOUBLE_EQ(*enrichment(Values{1, 1, 1}, Values{0, 1, 0}), 1) << "equal scores are a guess";
  EXPECT_DOUBLE_EQ(*enrichment(Values{3, 1, 2}, Values{0, 1, 0}, 1), 1) << "all rows are the best";
  EXPECT_EQ(num_best(1), 1);
  EXPECT_EQ(num_best(100), 1);
  EXPECT_EQ(num_best(101), 2);
  EXPECT_EQ(num_best(300), 3);
  EXPECT_EQ(num_best(700), 7);
}

TEST(RankMetrics, RefuseWhatDoesNotFit) {
  const Values one{1};
  EXPECT_THROW(spearman(one, {}), ShapeError);
  EXPECT_THROW(enrichment(one, {}), ShapeError);
  EXPECT_THROW(enrichment(one, one, 0), ConfigError);
  EXPECT_THROW(enrichment(one, one, kNan), ConfigError);
  EXPECT_THROW(enrichment(one, one, 1.5), ConfigError);
}

std::vector<std::pair<int, int>> some_rows(int values) {
  return *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, values), rc::gen::inRange(0, values)));
}

RC_GTEST_PROP(RankMetrics, SpearmanKnowsTheOrderOnly, ()) {
  Values x, y, stretched, reversed;
  for (const auto& [a, b] : some_rows(6)) {
    x.push_back(a);
    y.push_back(b);
    stretched.push_back(std::exp(a) - 3);
    reversed.push_back(-a);
  }
  const std::optional<double> value = spearman(x, y);
  RC_ASSERT(spearman(stretched, y) == value);
  RC_ASSERT(spearman(y, x).has_value() == value.has_value());
  if (value) RC_ASSERT(std::abs(*spearman(reversed, y) + *value) < 1e-12);
  if (value) RC_ASSERT(std::abs(*spearman(y, x) - *value) < 1e-12);
}

RC_GTEST_PROP(RankMetrics, EnrichmentIsTheMeanOverTheOrdersOfTies, ()) {
  Values scores, labels;
  for (const auto& [a, b] : some_rows(3)) {
    if (scores.size() == 6) break;
    scores.push_back(a);
    labels.push_back(b > 0 ? 1 : 0);
  }
  const auto rows = static_cast<double>(scores.size());
  const double positives = std::accumulate(labels.begin(), labels.end(), 0.0);
  const std::optional<double> value = enrichment(scores, labels, 0.4);
  RC_ASSERT(value.has_value() == (positives > 0 && positives < rows));
  if (!value) return;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto chosen = static_cast<std::size_t>(std::ceil(0.4 * rows));
  double sum = 0, orders = 0;
  do {
    std::vector<std::size_t> sorted = order;
    std::ranges::stable_sort(sorted, std::greater{}, [&](std::size_t i) { return scores[i]; });
    double found = 0;
    for (std::size_t i = 0; i < chosen; ++i) found += labels[sorted[i]];
    sum += found / static_cast<double>(chosen) * (rows / positives);
    orders += 1;
  } while (std::next_permutation(order.begin(), order.end()));
  RC_ASSERT(std::abs(sum / orders - *value) < 1e-9);
}

TEST(RankMetrics, KendallCountsPairs) {
  const std::vector<double> targets{1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(*kendall(targets, targets), 1);
  EXPECT_DOUBLE_EQ(*kendall(std::vector<double>{4, 3, 2, 1}, targets), -1);
  EXPECT_DOUBLE_EQ(*kendall(std::vector<double>{1, 3, 2, 4}, targets), 4.0 / 6);
  EXPECT_FALSE(kendall(std::vector<double>{1, 1, 1, 1}, targets).has_value());
  EXPECT_FALSE(kendall(std::vector<double>{}, std::vector<double>{}).has_value());
  EXPECT_TRUE(std::isnan(*kendall(std::vector<double>{1, NAN, 2, 3}, targets)));
}

TEST(RankMetrics, KendallWithTiesIsThatOfAllPairs) {
  Random random(5);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> a, b;
    for (int i = 0; i < 30; ++i) {
      a.push_back(static_cast<double>(random.below(6)));
      b.push_back(static_cast<double>(random.below(8)));
    }
    double agreed = 0, untied_a = 0, untied_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double x = (a[i] > a[j]) - (a[i] < a[j]), y = (b[i] > b[j]) - (b[i] < b[j]);
        agreed += x * y;
        untied_a += std::abs(x);
        untied_b += std::abs(y);
      }
    }
    EXPECT_NEAR(*kendall(a, b), agreed / std::sqrt(untied_a * untied_b), 1e-12);
  }
}

}  // namespace
}  // namespace plstm
