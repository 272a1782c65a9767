#include "plstm/data/files/spreadsheet.hpp"

#include <gtest/gtest.h>

namespace plstm::test {
namespace {

TEST(Spreadsheet, KnowsFormulas) {
  for (const char* field : {"=1+1", "@SUM(1)", "+cmd", "-2+3", "\t=1", "=", "-"}) {
    EXPECT_TRUE(looks_like_formula(field)) << field;
    EXPECT_EQ(escape_formula(field), std::string("'") + field);
  }
  for (const char* field : {"", "CCO", "-1.5", "+2e3", "a=b", "'=1"}) {
    EXPECT_FALSE(looks_like_formula(field)) << field;
    EXPECT_EQ(escape_formula(field), field);
  }
}

}  // namespace
}  // namespace plstm::test
