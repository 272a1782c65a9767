#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/attribute_value.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(AttributeValue, NumbersAreNumbersHoweverTheyAreWritten) {
  EXPECT_EQ(number_of(2.5), 2.5);
  EXPECT_EQ(number_of(std::string(" 2.5 ")), 2.5);
  EXPECT_EQ(number_of(std::string("+1e3")), 1000.0);
  EXPECT_EQ(number_of(std::string("-7")), -7.0);
}

TEST(AttributeValue, OtherThingsAreNoNumbers) {
  for (const char* text : {"", "and", "1 2", "0x10", "nan", "inf", "1e999", "+"})
    EXPECT_EQ(number_of(std::string(text)), std::nullopt) << text;
  EXPECT_EQ(number_of({}), std::nullopt);
  EXPECT_EQ(number_of(std::vector<std::string>{"1"}), std::nullopt);
}

TEST(AttributeValue, ACategoryIsATextOrTheShortestTextOfANumber) {
  EXPECT_EQ(text_of(std::string("and")), "and");
  EXPECT_EQ(text_of(3.0), "3");
  EXPECT_EQ(text_of(0.1), "0.1");
  EXPECT_THAT(
      [] {
        text_of(std::vector<std::string>{"a", "b"});
      },
      ThrowsMessage<FileError>(HasSubstr("[a, b] is a set of texts, expected one")));
  EXPECT_THAT([] { text_of({}); }, ThrowsMessage<FileError>(HasSubstr("nothing, expected a text")));
}

TEST(AttributeValue, LongTextsAreCutInMessages) {
  EXPECT_EQ(in_quotes(std::string("and")), "'and'");
  EXPECT_LT(in_quotes(std::string(1000, 'x')).size(), 50u);
  EXPECT_TRUE(is_nothing({}));
  EXPECT_FALSE(is_nothing(0.0));
}

}  // namespace
}  // namespace plstm
