#include "plstm/data/value_list.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string problem_of(const char* text) {
  try {
    split_value_list(text);
  } catch (const FileError& error) {
    return error.what();
  }
  return {};
}

TEST(ValueList, BracketsAndSeparatorsMayDiffer) {
  for (const char* text : {"[0.1, -0.2, nan]", "0.1;-0.2;nan", "0.1 -0.2\tnan", " [ 0.1 ; -0.2 ; nan ] ",
                           "[0.1 -0.2\n nan]", "0.1,-0.2,nan", "['0.1', \"-0.2\", nan]"}) {
    EXPECT_THAT(split_value_list(text), ElementsAre("0.1", "-0.2", "nan")) << text;
  }
  EXPECT_THAT(split_value_list("0.5"), ElementsAre("0.5"));
  EXPECT_THAT(split_value_list("[0.5]"), ElementsAre("0.5"));
}

TEST(ValueList, NothingHasNoValues) {
  for (const char* text : {"", "  \n", "[]", "[ ]"}) EXPECT_THAT(split_value_list(text), IsEmpty()) << text;
}

TEST(ValueList, EmptyPlacesAreValues) {
  EXPECT_THAT(split_value_list("1;;3"), ElementsAre("1", "", "3"));
  EXPECT_THAT(split_value_list("[1, , 3]"), ElementsAre("1", "", "3"));
  EXPECT_THAT(split_value_list(";"), ElementsAre("", ""));
}

TEST(ValueList, ReadsListsOfProperties) {
  EXPECT_THAT(split_value_list("0.008 -0.314\n0.008"), ElementsAre("0.008", "-0.314", "0.008"));
  EXPECT_THAT(split_value_list("one n/a three"), ElementsAre("one", "n/a", "three"));
  EXPECT_THAT(split_value_list("[?] 2 2 ?"), ElementsAre("2", "2", ""));
  EXPECT_THAT(split_value_list("[-1]\n2 -1 3"), ElementsAre("2", "", "3"));
}

TEST(ValueList, QuotationMarksKeepSeparators) {
  EXPECT_THAT(split_value_list("['sp 2', 'a,b']"), ElementsAre("sp 2", "a,b"));
  EXPECT_THAT(split_value_list("5' 3'"), ElementsAre("5'", "3'"));
}

TEST(ValueList, RefusesWhatIsNoList) {
  EXPECT_THAT(problem_of("[[0, 1], [1, 0]]"), HasSubstr("bracket inside"));
  EXPECT_THAT(problem_of("[1, 2"), HasSubstr("bracket inside"));
  EXPECT_THAT(problem_of("0,1;0,2"), HasSubstr("decimal point"));
  EXPECT_THAT(problem_of("['a, b]"), HasSubstr("quotation mark"));
}

TEST(ValueList, JoinedListsReadBack) {
  EXPECT_EQ(join_value_list({}), "[]");
  const std::vector<std::string> values{"0.1", "sp 2", "", "5'", "a,b"};
  EXPECT_EQ(join_value_list(values), "[0.1, 'sp 2', '', \"5'\", 'a,b']");
  EXPECT_EQ(split_value_list(join_value_list(values)), values);
}

TEST(ValueList, RowsAsListsOfTheirColumns) {
  const std::vector<std::vector<std::string>> rows{{"1", "a b"}, {"", "c"}};
  EXPECT_THAT(as_lists(rows, 2),
              ElementsAre("[1, nan]", join_value_list(std::vector<std::string>{"a b", "c"})));
  EXPECT_THAT(as_lists({}, 1), ElementsAre("[]"));
}

}  // namespace
}  // namespace plstm
