#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

namespace plstm {
namespace {

using ::testing::StrEq;
using ::testing::ThrowsMessage;

TEST(Number, ReadsTheWholeField) {
  EXPECT_EQ(parse_double("0.1"), 0.1);
  EXPECT_EQ(parse_double(" \t-2.5e3 "), -2500.0);
  EXPECT_EQ(parse_double("+7"), 7.0);
  EXPECT_EQ(parse_double("\xE2\x88\x92"
                         "2.5"),
            -2.5);
  EXPECT_EQ(parse_double("1."), 1.0);
  EXPECT_EQ(parse_float("16777217"), 16777216.0f);
}

TEST(Number, RefusesWhatIsNotANumber) {
  for (const char* text : {"abc", "", "  ", "1,5", "1.5x", "1 2", "0x10", "+-1", "++1", "+", "-", "1e", ".",
                           "\xEF\xBB", "\xE2\x88\x92", "\xE2\x88\x92-1"}) {
    EXPECT_THROW(parse_double(text), FileError) << text;
  }
  EXPECT_THAT([] { parse_double(" 3,5 "); }, ThrowsMessage<FileError>(StrEq("'3,5' is not a number")));
}

TEST(Number, RefusesWhatIsNotFinite) {
  for (const char* text : {"nan", "NaN", "-nan", "inf", "-inf", "+inf", "Infinity"}) {
    EXPECT_THAT([&] { parse_double(text); },
                ThrowsMessage<FileError>(StrEq("'" + std::string(text) + "' is not a finite number")));
  }
}

TEST(Number, RefusesWhatIsOutOfRange) {
  EXPECT_THAT([] { parse_double("1e400"); }, ThrowsMessage<FileError>(StrEq("'1e400' is out of range")));
  EXPECT_EQ(parse_double("1e300"), 1e300);
  EXPECT_THAT([] { parse_float("1e300"); }, ThrowsMessage<FileError>(StrEq("'1e300' is out of range")));
}

TEST(Number, PrintsTheShortestText) {
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(0.1f), "0.1");
  EXPECT_EQ(format_number(static_cast<double>(0.1f)), "0.10000000149011612");
  EXPECT_EQ(format_number(-0.0), "-0");
}

RC_GTEST_PROP(Number, PrintedDoublesAreReadBack, (std::uint64_t bits)) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  RC_PRE(std::isfinite(value));
  const double again = parse_double(format_number(value));
  RC_ASSERT(std::memcmp(&value, &again, sizeof value) == 0);
}

RC_GTEST_PROP(Number, PrintedFloatsAreReadBack, (std::uint32_t bits)) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  RC_PRE(std::isfinite(value));
  const float again = parse_float(format_number(value));
  RC_ASSERT(std::memcmp(&value, &again, sizeof value) == 0);
}

TEST(Number, TrimsBlanksAndTabsOnly) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim("a\n"), "a\n");
}

}  // namespace
}  // namespace plstm
