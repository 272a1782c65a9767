#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/parameter_average.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

std::vector<float> values_of(const ParameterAverage& average) {
  return {average.values().begin(), average.values().end()};
}

TEST(ParameterAverage, BeginsWithTheFirstStepAndThenFollowsTheFormula) {
  ParameterAverage average(3);
  EXPECT_THAT(average.values(), IsEmpty());
  average.add(std::vector<float>{1, 5});
  EXPECT_THAT(values_of(average), ElementsAre(1.0f, 5.0f));
  average.add(std::vector<float>{12, 5});  // weight 10 / 11
  EXPECT_NEAR(average.values()[0], 11, 1e-5);
  EXPECT_EQ(average.values()[1], 5);
  for (int step = 3; step <= 60; ++step) average.add(std::vector<float>{0, 5});
  const float before = average.values()[0];
  average.add(std::vector<float>{8, 5});  // by now the weight is 1 / 4
  EXPECT_NEAR(average.values()[0], 0.75f * before + 2, 1e-6);
}

TEST(ParameterAverage, WithoutAHorizonIsTheLatest) {
  ParameterAverage average(0);
  for (const float value : {1.0f, -7.0f, 0.125f}) average.add(std::vector<float>{value});
  EXPECT_THAT(values_of(average), ElementsAre(0.125f));
}

TEST(ParameterAverage, RefusesWhatMakesNoSense) {
  for (const double horizon : {-1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_THAT([&] { ParameterAverage average(horizon); }, ThrowsMessage<ConfigError>(HasSubstr("horizon")));
  }
  ParameterAverage average(2);
  average.add(std::vector<float>{1, 2});
  EXPECT_THAT([&] { average.add(std::vector<float>{1}); },
              ThrowsMessage<ShapeError>(HasSubstr("parameters")));
}

}  // namespace
}  // namespace plstm
