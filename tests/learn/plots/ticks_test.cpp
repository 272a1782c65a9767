#include <cmath>
#include <limits>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/learn/plots/ticks.hpp>

#include "support/seed.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;

TEST(Ticks, AreMultiplesOfOneTwoOrFive) {
  EXPECT_THAT(nice_ticks(0, 1, 6).values, ElementsAre(0, 0.2, 0.4, 0.6, 0.8, 1));
  EXPECT_THAT(nice_ticks(0, 1, 6).labels, ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(nice_ticks(-7.3, 12, 5).labels, ElementsAre("\u22125", "0", "5", "10"));
  EXPECT_THAT(nice_ticks(0.5, 3.5, 4).labels, ElementsAre("1", "2", "3"));
}

TEST(Ticks, OfLargeNumbersHaveExponents) {
  EXPECT_THAT(nice_ticks(0, 3e6, 4).labels, ElementsAre("0", "1e6", "2e6", "3e6"));
  EXPECT_THAT(nice_ticks(0, 3e-6, 4).labels, ElementsAre("0", "1e\u22126", "2e\u22126", "3e\u22126"));
}

TEST(Ticks, LieInAnyRangeAndDiffer) {
  Random random(test::kSeed);
  for (int i = 0; i < 2000; ++i) {
    const double scale = std::pow(10.0, random.uniform() * 40 - 20);
    const double low = (random.uniform() - 0.5) * scale;
    const double high = low + (random.uniform() + 1e-3) * scale;
    const std::size_t most = 2 + random.below(9);
    const Ticks ticks = nice_ticks(low, high, most);
    ASSERT_LE(ticks.values.size(), most) << low << " " << high;
    ASSERT_GE(2.6 * static_cast<double>(ticks.values.size() + 1), static_cast<double>(most))
        << low << " " << high;
    ASSERT_EQ(ticks.labels.size(), ticks.values.size());
    EXPECT_EQ(std::set(ticks.labels.begin(), ticks.labels.end()).size(), ticks.labels.size());
    for (const double value : ticks.values) {
      EXPECT_GE(value, low - 1e-6 * ticks.step);
      EXPECT_LE(value, high + 1e-6 * ticks.step);
    }
  }
}

TEST(Ticks, HaveAnEndForAnyNumbers) {
  for (const auto& [low, high] : std::initializer_list<std::pair<double, double>>{
           {-1e308, 1e308}, {1e20, std::nextafter(1e20, 1e21)}, {0, 1e-300}, {0, 5e-324}}) {
    EXPECT_LE(nice_ticks(low, high, 6).values.size(), 6u) << low << " " << high;
  }
}

TEST(Ticks, RefuseWhatIsNoRange) {
  EXPECT_THROW(nice_ticks(1, 1, 5), ConfigError);
  EXPECT_THROW(nice_ticks(2, 1, 5), ConfigError);
  EXPECT_THROW(nice_ticks(0, 1, 0), ConfigError);
  EXPECT_THROW(nice_ticks(0, std::numeric_limits<double>::infinity(), 5), ConfigError);
  EXPECT_THROW(nice_ticks(std::numeric_limits<double>::quiet_NaN(), 1, 5), ConfigError);
}

}  // namespace
}  // namespace plstm
