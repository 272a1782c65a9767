#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/schedule.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(CosineSchedule, ValuesByHand) {
  const ScheduleOptions options{.peak_rate = 0.8, .final_rate = 0.0, .warmup_steps = 4, .total_steps = 10};
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 0), 0.2);
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 1), 0.4);
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 3), 0.8);
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 4), 0.8);
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 6), 0.6);  // a third: cos(60 degrees) = 1/2
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 7), 0.4);
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 8), 0.2);
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 10), 0.0);
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 1000), 0.0);
}

TEST(CosineSchedule, RisesThenFallsBetweenItsRates) {
  const ScheduleOptions options{
      .peak_rate = 1e-3, .final_rate = 1e-5, .warmup_steps = 37, .total_steps = 500};
  for (int step = 0; step < 500; ++step) {
    const double rate = cosine_schedule(options, step);
    const double next = cosine_schedule(options, step + 1);
    EXPECT_GT(rate, step < 37 ? 0.0 : 1e-5) << step;
    EXPECT_LE(rate, 1e-3) << step;
    EXPECT_EQ(rate < next, step < 36) << step;
    EXPECT_EQ(rate > next, step > 36) << step;
  }
  EXPECT_DOUBLE_EQ(cosine_schedule(options, 500), 1e-5);
}

TEST(CosineSchedule, WithoutWarmUpOrWithNothingElse) {
  EXPECT_DOUBLE_EQ(cosine_schedule({.peak_rate = 1.0, .warmup_steps = 0, .total_steps = 2}, 0), 1.0);
  EXPECT_DOUBLE_EQ(cosine_schedule({.peak_rate = 1.0, .warmup_steps = 2, .total_steps = 2}, 1), 1.0);
  EXPECT_DOUBLE_EQ(cosine_schedule({.peak_rate = 1.0, .warmup_steps = 2, .total_steps = 2}, 2), 0.0);
  EXPECT_DOUBLE_EQ(cosine_schedule({.peak_rate = 1.0, .warmup_steps = 0, .total_steps = 0}, 0), 0.0);
}

TEST(CosineSchedule, RejectsBadArguments) {
  EXPECT_THAT([] { cosine_schedule({.warmup_steps = 3, .total_steps = 2}, 0); },
              ThrowsMessage<ConfigError>(HasSubstr("3 warm-up steps of 2 steps")));
  EXPECT_THROW(cosine_schedule({.warmup_steps = -1}, 0), ConfigError);
  EXPECT_THROW(cosine_schedule({.peak_rate = -1.0}, 0), ConfigError);
  EXPECT_THROW(cosine_schedule({.final_rate = std::numeric_limits<double>::infinity()}, 0), ConfigError);
  EXPECT_THAT([] { cosine_schedule({}, -1); }, ThrowsMessage<ConfigError>(HasSubstr("step is -1")));
}

}  // namespace
}  // namespace plstm
