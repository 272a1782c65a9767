#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/report/bootstrap.hpp>

#include "learn/report/report_values.hpp"
#include "support/seed.hpp"

namespace plstm {
namespace {

ResampledStatistic mean_of(const std::vector<double>& values) {
  return [&values](std::span<const std::uint32_t> counts) {
    double sum = 0, all = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += counts[i] * values[i];
      all += counts[i];
    }
    return sum / all;
  };
}

std::vector<double> some_numbers(std::size_t count) {
  Random random(test::kSeed);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(random.normal());
  return values;
}

TEST(Bootstrap, ResamplesHaveAsManyRows) {
  const ResampledStatistic total = [](std::span<const std::uint32_t> counts) {
    double sum = 0;
    for (const std::uint32_t count : counts) sum += count;
    return sum;
  };
  EXPECT_THAT(bootstrap(17, {&total, 1}, {50, 1}), ::testing::Each(17));
  EXPECT_THAT(bootstrap(17, {&total, 1}, {50, 1, 400}), ::testing::Each(400)) << "more draws than rows";
}

TEST(Bootstrap, HasTheSameBitsForEveryNumberOfThreads) {
  const std::vector<double> values = some_numbers(200);
  const ResampledStatistic mean = mean_of(values);
  std::vector<double> expected;
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    const std::vector<double> replicates = bootstrap(values.size(), {&mean, 1}, {300, 5});
    if (expected.empty()) expected = replicates;
    EXPECT_EQ(replicates, expected);
  }
  EXPECT_NE(bootstrap(values.size(), {&mean, 1}, {300, 6}), expected);
}

TEST(Bootstrap, AllStatisticsSeeTheSameResamples) {
  const std::vector<double> values = some_numbers(40);
  const std::vector<ResampledStatistic> twice{mean_of(values), mean_of(values)};
  const std::vector<double> replicates = bootstrap(values.size(), twice, {100, 3});
  ASSERT_EQ(replicates.size(), 200u);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(replicates[i], replicates[100 + i]);
}

TEST(Bootstrap, SpreadOfAMeanIsItsStandardError) {
  const std::vector<double> values = some_numbers(400);
  double mean = 0, square = 0;
  for (const double value : values) mean += value / 400;
  for (const double value : values) square += (value - mean) * (value - mean) / 400;
  const ResampledStatistic statistic = mean_of(values);
  const std::vector<double> replicates = bootstrap(values.size(), {&statistic, 1}, {4000, 0});
  double spread = 0;
  for (const double replicate : replicates) spread += (replicate - mean) * (replicate - mean) / 4000;
  EXPECT_NEAR(std::sqrt(spread), std::sqrt(square / 400), 0.1 * std::sqrt(square / 400));
  const Interval interval = percentile_interval(replicates, 0.95).value();
  EXPECT_NEAR(interval.high - interval.low, 2 * 1.96 * std::sqrt(square / 400),
              0.4 * std::sqrt(square / 400));
}

TEST(Bootstrap, IntervalsAreInterpolatedPercentiles) {
  std::vector<double> replicates;
  for (int i = 100; i >= 0; --i) replicates.push_back(i);
  EXPECT_EQ(percentile_interval(replicates, 0.5), (Interval{25, 75}));
  EXPECT_EQ(percentile_interval(std::vector<double>{1, 2}, 0.5), (Interval{1.25, 1.75}));
  EXPECT_EQ(percentile_interval(std::vector<double>{3}, 0.9), (Interval{3, 3}));
}

TEST(Bootstrap, IntervalsNeedDefinedReplicates) {
  EXPECT_EQ(percentile_interval(std::vector<double>{1, 3, test::kNaN}, 0.5), (Interval{1.5, 2.5}));
  EXPECT_FALSE(percentile_interval(std::vector<double>{1, test::kNaN}, 0.5).has_value());
  EXPECT_FALSE(percentile_interval({}, 0.5).has_value());
}

TEST(Bootstrap, OneRowSaysNothingOfOthers) {
  const ResampledStatistic any = [](std::span<const std::uint32_t>) { return 7.0; };
  EXPECT_FALSE(percentile_interval(bootstrap(1, {&any, 1}, {}), 0.95).has_value());
  EXPECT_TRUE(percentile_interval(bootstrap(2, {&any, 1}, {}), 0.95).has_value());
}

TEST(Bootstrap, RefusesNoRowsAndImpossibleLevels) {
  EXPECT_THROW(bootstrap(0, {}), ConfigError);
  EXPECT_THROW(bootstrap(3, {}, {0, 0}), ConfigError);
  EXPECT_THROW(percentile_interval({}, 0), ConfigError);
  EXPECT_THROW(percentile_interval({}, 1), ConfigError);
  EXPECT_THROW(percentile_interval({}, test::kNaN), ConfigError);
}

}  // namespace
}  // namespace plstm
