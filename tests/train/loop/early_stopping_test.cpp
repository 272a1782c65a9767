#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/early_stopping.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(EarlyStopping, StopsAfterPatienceEpochsWithoutABetterOne) {
  EarlyStopping stopping(Direction::kLowerIsBetter, 2);
  EXPECT_FALSE(stopping.should_stop());
  EXPECT_TRUE(stopping.observe(3.0));
  EXPECT_FALSE(stopping.observe(3.0)) << "equal is not better";
  EXPECT_FALSE(stopping.should_stop());
  EXPECT_TRUE(stopping.observe(2.0));
  EXPECT_FALSE(stopping.observe(2.5));
  EXPECT_FALSE(stopping.should_stop());
  EXPECT_FALSE(stopping.observe(4.0));
  EXPECT_TRUE(stopping.should_stop());
  EXPECT_EQ(stopping.state().best_epoch, 2);
  EXPECT_EQ(stopping.state().best_value, 2.0);
  EXPECT_EQ(stopping.state().num_epochs, 5);
}

TEST(EarlyStopping, HigherIsBetterKeepsTheFirstBest) {
  EarlyStopping stopping(direction(Metric::kAccuracy), 10);
  for (const double value : {0.5, 0.9, 0.7, 0.9, 0.8}) stopping.observe(value);
  EXPECT_EQ(stopping.state().best_epoch, 1);
}

TEST(EarlyStopping, OfEqualValuesTheLowerLossIsBetter) {
  EarlyStopping stopping(Direction::kHigherIsBetter, 2);
  EXPECT_TRUE(stopping.observe(0.5, 0.3));
  EXPECT_FALSE(stopping.observe(0.5, 0.3));
  EXPECT_TRUE(stopping.observe(0.5, 0.2));
  EXPECT_FALSE(stopping.observe(0.4, 0.1)) << "the value counts first";
  EXPECT_TRUE(stopping.observe(0.6, 0.9));
  EXPECT_FALSE(stopping.observe(0.6));
  EXPECT_EQ(stopping.state().best_epoch, 4);
  EXPECT_EQ(stopping.state().best_loss, 0.9);
}

TEST(EarlyStopping, NaNIsNeverBetterAndCountsAgainstPatience) {
  const double nan = std::nan("");
  EarlyStopping stopping(Direction::kLowerIsBetter, 2);
  EXPECT_FALSE(stopping.observe(nan));
  EXPECT_FALSE(stopping.state().best_epoch.has_value());
  EXPECT_TRUE(stopping.observe(std::numeric_limits<double>::infinity())) << "any number beats NaN";
  EXPECT_TRUE(stopping.observe(1.0));
  EXPECT_FALSE(stopping.observe(nan));
  EXPECT_FALSE(stopping.observe(nan));
  EXPECT_TRUE(stopping.should_stop());
  EXPECT_EQ(stopping.state().best_epoch, 2);

  EarlyStopping lost(Direction::kLowerIsBetter, 2);
  lost.observe(nan);
  EXPECT_FALSE(lost.should_stop());
  lost.observe(nan);
  EXPECT_TRUE(lost.should_stop());
}

TEST(EarlyStopping, GoesByTheLossWhileTheValueIsUndefined) {
  const double nan = std::nan("");
  EarlyStopping stopping(Direction::kHigherIsBetter, 2);
  EXPECT_TRUE(stopping.observe(nan, 3.0));
  EXPECT_FALSE(stopping.observe(nan, 4.0));
  EXPECT_TRUE(stopping.observe(nan, 2.0));
  EXPECT_EQ(stopping.state().best_epoch, 2);
  EXPECT_FALSE(stopping.observe(nan, 2.5));
  EXPECT_FALSE(stopping.should_stop());
  EXPECT_FALSE(stopping.observe(nan, nan));
  EXPECT_TRUE(stopping.should_stop());
  EXPECT_TRUE(stopping.observe(0.1, 9.0)) << "any number beats NaN, whatever the loss";
  EXPECT_FALSE(stopping.observe(nan, 0.0));
}

TEST(EarlyStopping, PatienceZeroNeverStops) {
  EarlyStopping stopping(Direction::kHigherIsBetter, 0);
  for (int epoch = 0; epoch < 100; ++epoch) stopping.observe(-epoch);
  EXPECT_FALSE(stopping.should_stop());
  EXPECT_EQ(stopping.state().best_epoch, 0);
}

TEST(EarlyStopping, GoesOnFromItsState) {
  EarlyStopping stopping(Direction::kLowerIsBetter, 2);
  stopping.observe(1.0);
  stopping.observe(2.0);
  EarlyStopping resumed(Direction::kLowerIsBetter, 2, stopping.state());
  EXPECT_FALSE(resumed.should_stop());
  EXPECT_FALSE(resumed.observe(1.5));
  EXPECT_TRUE(resumed.should_stop());
}

TEST(EarlyStopping, RejectsNegativePatience) {
  EXPECT_THAT([] { EarlyStopping(Direction::kLowerIsBetter, -1); },
              ThrowsMessage<ConfigError>(HasSubstr("patience is -1")));
}

}  // namespace
}  // namespace plstm
