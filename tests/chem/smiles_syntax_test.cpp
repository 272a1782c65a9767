#include "chem/smiles_syntax.hpp"

#include <gtest/gtest.h>

namespace plstm {
namespace {

TEST(SmilesSyntax, NamesTheFirstThingThatIsWrong) {
  EXPECT_EQ(explain_smiles_syntax("CC(C"), "the parenthesis at character 3 is never closed");
  EXPECT_EQ(explain_smiles_syntax("CC)C"), "the parenthesis at character 3 closes nothing");
  EXPECT_EQ(explain_smiles_syntax("c1ccccc1C2"), "ring 2 at character 10 is never closed");
  EXPECT_EQ(explain_smiles_syntax("C%12CC"), "ring 12 at character 2 is never closed");
  EXPECT_EQ(explain_smiles_syntax("C%1"), "'%' at character 2 is not followed by two digits");
  EXPECT_EQ(explain_smiles_syntax("C[C@H"), "the bracket at character 2 is never closed");
  EXPECT_EQ(explain_smiles_syntax("C[N[O]"), "the bracket at character 2 is never closed");
  EXPECT_EQ(explain_smiles_syntax("C[]"), "the bracket at character 2 is empty");
  EXPECT_EQ(explain_smiles_syntax("CX"),
            "'X' at character 2 is no atom or bond (write unusual elements in brackets)");
  EXPECT_EQ(
      explain_smiles_syntax("C\xC3\xA9"),
      "a byte that is no letter at character 2 is no atom or bond (write unusual elements in brackets)");
  EXPECT_EQ(explain_smiles_syntax("=C"), "'=' at character 1 stands before any atom");
}

TEST(SmilesSyntax, AtomMapsAreTakenOut) {
  EXPECT_EQ(without_atom_maps("[CH3:1][OH:22]"), "[CH3][OH]");
  EXPECT_EQ(without_atom_maps("c:1:c[nH:3]"), "c:1:c[nH]");
  EXPECT_EQ(without_atom_maps("[C@@H:1](F)[13CH3]Cl [CH3:1]"), "[C@@H](F)[13CH3]Cl [CH3:1]");
  for (const char* text : {"", "CC", "[C:1", "[C:]", "[C:a]", "C]:1[", "[C:1 C]"})
    EXPECT_EQ(without_atom_maps(text), text);
}

TEST(SmilesSyntax, LeavesTheRestToRdkit) {
  for (const char* smiles : {"[Zz]", "C==C", "ClBr(C) a name ("}) {
    EXPECT_EQ(explain_smiles_syntax(smiles), "it is no well-formed SMILES") << smiles;
  }
}

}  // namespace
}  // namespace plstm
