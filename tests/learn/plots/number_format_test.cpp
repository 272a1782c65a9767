#include <array>
#include <limits>

#include <gtest/gtest.h>

#include <plstm/learn/plots/number_format.hpp>

#include "learn/report/report_values.hpp"

namespace plstm {
namespace {

TEST(NumberFormat, ShowsFourDigitsOfTheLargestNumber) {
  EXPECT_EQ(format_alone(12.3456), "12.35");
  EXPECT_EQ(format_alone(-1234.56), "\u22121235");
  EXPECT_EQ(format_alone(0.76915), "0.769");
  EXPECT_EQ(format_alone(0.0012345), "0.00123");
  EXPECT_EQ(format_alone(123456), "123456");
  EXPECT_EQ(format_alone(0), "0");
}

TEST(NumberFormat, WritesAColumnWithTheSameDecimals) {
  const std::array values{0.5, 12.25, test::kNaN};
  const NumberFormat format = common_format(values);
  EXPECT_EQ(format_in(format, 0.5), "0.50");
  EXPECT_EQ(format_in(format, 12.25), "12.25");
  EXPECT_EQ(format_in(format, test::kNaN), "undefined");
  EXPECT_EQ(format_in(format, -0.001), "0.00");  // no minus before zero
}

TEST(NumberFormat, WritesVeryLargeAndSmallNumbersWithExponents) {
  EXPECT_EQ(format_alone(1.5e9), "1.50e9");
  EXPECT_EQ(format_alone(-2.5e-7), "\u22122.50e\u22127");
  EXPECT_EQ(format_in(common_format(std::array{1e300, 0.0}), 0), "0");
  EXPECT_EQ(format_alone(std::numeric_limits<double>::infinity()), "undefined");
}

TEST(NumberFormat, SeparatesThousands) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(-1234567), "-1,234,567");
}

}  // namespace
}  // namespace plstm
