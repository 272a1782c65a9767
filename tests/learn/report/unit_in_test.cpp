#include <gtest/gtest.h>

#include <plstm/learn/report/unit_in.hpp>

namespace plstm {
namespace {

TEST(UnitIn, FindsWhatStandsInBracketsAtTheEnd) {
  EXPECT_EQ(unit_in("solubility [mol/L]"), "mol/L");
  EXPECT_EQ(unit_in("solubility (mol/L)"), "mol/L");
  EXPECT_EQ(unit_in("IC50 (nM)"), "nM");
  EXPECT_EQ(unit_in("melting point (\u00b0C)"), "\u00b0C");
  EXPECT_EQ(unit_in("bound [%]"), "%");
}

TEST(UnitIn, DoesNotTakeWordsForUnits) {
  for (const char* name : {"logS", "", "activity (rat)", "pIC50 (predicted)", "()", "[]", "[K]", "x)",
                           "a (nM) b", "very long [a text in brackets that is no unit]"}) {
    EXPECT_EQ(unit_in(name), "") << name;
  }
}

}  // namespace
}  // namespace plstm
