#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/decimal.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Decimal, CommaIsDecimalWhereItCannotBeAnythingElse) {
  DecimalReader reader('\t');
  EXPECT_EQ(reader.with_point(" -0,5 "), "-0.5");
  EXPECT_EQ(reader.with_point("1234,567"), "1234.567");
  EXPECT_EQ(reader.with_point("1,5e-3"), "1.5e-3");
  EXPECT_EQ(reader.with_point("7"), "7");
  EXPECT_EQ(reader.with_point("1,234"), "1.234") << "the numbers before it settle it";
}

TEST(Decimal, CommaIsDecimalBetweenSemicolons) {
  EXPECT_EQ(DecimalReader(';').with_point("1,234"), "1.234");
}

TEST(Decimal, ThousandsSeparatorsAreRefused) {
  EXPECT_THAT([] { DecimalReader('\t').with_point("1,234"); },
              ThrowsMessage<FileError>(HasSubstr("'1,234' can be read in two ways; write")));
  for (const char* text : {"1,234.5", "1.234,5", "1,234,567", "1.234.567"}) {
    EXPECT_THAT([&] { DecimalReader(';').with_point(text); },
                ThrowsMessage<FileError>(HasSubstr("thousands separators; write")))
        << text;
  }
}

TEST(Decimal, NumbersOfATableAreWrittenAlike) {
  DecimalReader points(';');
  EXPECT_EQ(points.with_point("1.5"), "1.5");
  EXPECT_THAT([&] { points.with_point("1,5"); }, ThrowsMessage<FileError>(HasSubstr("numbers before it")));
  DecimalReader commas(';');
  commas.with_point("1,5");
  EXPECT_THAT([&] { commas.with_point("1.5"); }, ThrowsMessage<FileError>(HasSubstr("numbers before it")));
}

TEST(Decimal, OtherTextsStayAsTheyAre) {
  DecimalReader reader(';');
  for (const char* text : {"", "high", "a,b", "1,5x", "1e", "inf", ",", "-"})
    EXPECT_EQ(reader.with_point(text), text);
}

}  // namespace
}  // namespace plstm
