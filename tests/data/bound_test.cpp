#include "plstm/data/bound.hpp"

#include <gtest/gtest.h>

namespace plstm {
namespace {

void expect(std::string_view text, int bound, std::string_view number) {
  EXPECT_EQ(split_bound(text).bound, bound) << text;
  EXPECT_EQ(split_bound(text).number, number) << text;
}

TEST(Bound, SignsBeforeTheNumber) {
  expect(">30", 1, "30");
  expect(" > 30 ", 1, "30");
  expect(">=1e-3", 1, "1e-3");
  expect("=>\t-2", 1, "-2");
  expect("\xE2\x89\xA5 5", 1, "5");
  expect("<0.1", -1, "0.1");
  expect("<= 5", -1, "5");
  expect("=<5", -1, "5");
  expect(
      "\xE2\x89\xA4"
      "5",
      -1, "5");
}

TEST(Bound, OtherTextsAreNoBounds) {
  expect("30", 0, "30");
  expect(" -1.5", 0, "-1.5");
  expect("30>", 0, "30>");
  expect("=5", 0, "=5");
  expect("~5", 0, "~5");
  expect("", 0, "");
  expect(">", 1, "");
  expect(">>5", 1, ">5");
}

}  // namespace
}  // namespace plstm
