#include <gtest/gtest.h>

#include <plstm/data/missing.hpp>

namespace plstm {
namespace {

TEST(Missing, EveryUsualWordInAnyCaseWithBlanksAround) {
  for (const char* text : {"",
                           " \t",
                           "NA",
                           "na",
                           "NaN",
                           "nan",
                           "-nan",
                           "N/A",
                           "n/a",
                           "NULL",
                           "null",
                           "None",
                           " none ",
                           "-",
                           "--",
                           "?",
                           ".",
                           "n.d.",
                           "ND",
                           "#N/A",
                           "#N/A N/A",
                           "<NA>",
                           "\t?\t",
                           "-1.#QNAN",
                           "missing",
                           "\xE2\x80\x93",
                           "#DIV/0!",
                           "#NUM!",
                           "#REF!",
                           "#NAME?",
                           "#VALUE!",
                           "NaT",
                           "\\N",
                           "-nan(ind)",
                           "unknown",
                           "Not determined",
                           "not available"}) {
    EXPECT_TRUE(is_missing(text)) << "'" << text << "'";
  }
}

TEST(Missing, NumbersNamesAndInfinityAreValues) {
  for (const char* text :
       {"0", "-1", "-.5", "inf", "-inf", "high", "N", "no", "false", "-- -", "nano", "n.d.a."}) {
    EXPECT_FALSE(is_missing(text)) << "'" << text << "'";
  }
}

}  // namespace
}  // namespace plstm
