#include "plstm/train/baselines/value_kernel.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

ValueKernel kernel() {
  return {{300, 1}, {10, 2}, 0.25, 0.25, 0.5, 2};
}

TEST(ValueKernel, ReadsTheLastValues) {
  std::vector<double> standardised(2);
  standardize_values(kernel(), std::vector<float>{7, 320, 0}, standardised);
  EXPECT_THAT(standardised, ElementsAre(2, -0.5));
  standardize_values(kernel(), std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 3}, standardised);
  EXPECT_THAT(standardised, ElementsAre(0, 1)) << "a missing value counts as the mean";
  EXPECT_THAT([&] { standardize_values(kernel(), std::vector<float>{1}, standardised); },
              ThrowsMessage<ShapeError>(HasSubstr("1 values, and the last 2")));
}

TEST(ValueKernel, LikenessFallsWithTheDistance) {
  const std::vector<double> a{0, 1}, b{3, -1};
  EXPECT_DOUBLE_EQ(likeness_of_values(kernel(), a, a), 1);
  EXPECT_DOUBLE_EQ(likeness_of_values(kernel(), a, b), std::exp(-13.0 / (2 * 2 * 4)));
  EXPECT_DOUBLE_EQ(likeness_of_values({}, {}, {}), 1);
}

TEST(ValueKernel, RefusesSharesAndLengthsThatAreNone) {
  EXPECT_NO_THROW(check_value_kernel({}));
  EXPECT_NO_THROW(check_value_kernel(kernel()));
  const auto with = [](auto change) {
    ValueKernel wrong = kernel();
    change(wrong);
    return [wrong] { check_value_kernel(wrong); };
  };
  EXPECT_THAT(with([](ValueKernel& k) { k.of_both = 0.4; }), ThrowsMessage<ConfigError>(HasSubstr("shares")));
  EXPECT_THAT(with([](ValueKernel& k) {
                k.of_values = -0.25;
                k.of_both = 1;
              }),
              ThrowsMessage<ConfigError>(HasSubstr("shares")));
  EXPECT_THAT(with([](ValueKernel& k) { k.length = 0; }), ThrowsMessage<ConfigError>(HasSubstr("length 0")));
  EXPECT_THAT(with([](ValueKernel& k) { k.scale.pop_back(); }),
              ThrowsMessage<ConfigError>(HasSubstr("scales")));
}

}  // namespace
}  // namespace plstm::test
