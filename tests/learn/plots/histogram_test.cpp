#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/plots/histogram.hpp>

#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(Histogram, CountsEveryNumberOnce) {
  Random random(test::kSeed);
  std::vector<std::vector<double>> groups(3);
  for (int i = 0; i < 900; ++i) groups[static_cast<std::size_t>(i % 3)].push_back(random.normal() * 7 + 3);
  groups[1].push_back(std::numeric_limits<double>::quiet_NaN());
  const Histogram histogram = make_histogram(groups, 30);
  ASSERT_LE(histogram.counts[0].size(), 30u);
  ASSERT_GE(histogram.counts[0].size(), 6u);
  ASSERT_EQ(histogram.edges.size(), histogram.counts[0].size() + 1);
  for (std::size_t group = 0; group < 3; ++group) {
    std::vector<std::int64_t> expected(histogram.counts[group].size());
    for (const double value : groups[group]) {
      for (std::size_t bin = 0; bin < expected.size(); ++bin) {
        if (value >= histogram.edges[bin] && value < histogram.edges[bin + 1]) ++expected[bin];
      }
    }
    EXPECT_EQ(histogram.counts[group], expected);
    EXPECT_EQ(std::accumulate(expected.begin(), expected.end(), std::int64_t{0}), 300);
  }
}

TEST(Histogram, TakesOneNumberAndNone) {
  const Histogram one = make_histogram(std::vector<std::vector<double>>{{4, 4, 4}, {}});
  std::int64_t sum = 0;
  for (const std::int64_t count : one.counts[0]) sum += count;
  EXPECT_EQ(sum, 3);
  EXPECT_THAT(percent_of_group(one, 1), Each(0));
  EXPECT_TRUE(make_histogram(std::vector<std::vector<double>>{{}, {}}).edges.empty());
  EXPECT_TRUE(make_histogram({}).edges.empty());
}

TEST(Histogram, GivesShares) {
  const Histogram histogram{{0, 1, 2}, {{1, 3}}};
  EXPECT_THAT(percent_of_group(histogram, 0), ElementsAre(25, 75));
}

TEST(Histogram, TakesNumbersOfAnySize) {
  for (const double scale : {1e-300, 1e-8, 1e300, 1e308}) {
    const Histogram histogram =
        make_histogram(std::vector<std::vector<double>>{{-scale, 0.5 * scale, scale}});
    std::int64_t sum = 0;
    for (const std::int64_t count : histogram.counts[0]) sum += count;
    EXPECT_EQ(sum, 3) << scale;
    EXPECT_LE(histogram.counts[0].size(), 30u) << scale;
  }
}

TEST(Histogram, RefusesLessThanTwoBins) {
  EXPECT_THROW(make_histogram({}, 1), ConfigError);
}

}  // namespace
}  // namespace plstm
