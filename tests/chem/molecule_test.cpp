#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/scaffold.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::StrEq;
using ::testing::ThrowsMessage;

constexpr const char* kMethanolBlock =
    "methanol\n  test\n\n  2  1  0  0  0  0            999 V2000\n"
    "    0.0000    0.0000    0.0000 C   0  0\n    1.4000    0.0000    0.0000 O   0  0\n  1  2  1  0\nM  "
    "END\n";

TEST(Molecule, CountsHeavyAtomsAndBonds) {
  const Molecule ethanol = parse_smiles("CCO");
  EXPECT_EQ(ethanol.num_atoms(), 3);
  EXPECT_EQ(ethanol.num_bonds(), 2);
  EXPECT_EQ(parse_smiles("[Na+].[Cl-]").num_bonds(), 0);
  EXPECT_EQ(parse_smiles("[H]C([H])([H])[H]").num_atoms(), 1);
}

TEST(Molecule, BlanksAroundAndANameBehindDoNotMatter) {
  EXPECT_EQ(canonical_smiles(parse_smiles(" \tOCC  ")), "CCO");
  EXPECT_EQ(canonical_smiles(parse_smiles("OCC ethanol")), "CCO");
}

TEST(Molecule, CanonicalSmilesKeepsStereochemistryAndIsotopes) {
  EXPECT_EQ(canonical_smiles(parse_smiles("C1=CC=CC=C1")), canonical_smiles(parse_smiles("c1ccccc1")));
  EXPECT_NE(canonical_smiles(parse_smiles("N[C@@H](C)C(=O)O")),
            canonical_smiles(parse_smiles("N[C@H](C)C(=O)O")));
  EXPECT_NE(canonical_smiles(parse_smiles("F/C=C/F")), canonical_smiles(parse_smiles("F/C=C\\F")));
  EXPECT_NE(canonical_smiles(parse_smiles("[13CH4]")), canonical_smiles(parse_smiles("C")));
}

void expect_one_molecule(const char* a, const char* b) {
  const Molecule first = parse_smiles(a), second = parse_smiles(b);
  EXPECT_EQ(canonical_smiles(first), canonical_smiles(second)) << a << " " << b;
  EXPECT_EQ(bemis_murcko_scaffold(first), bemis_murcko_scaffold(second)) << a << " " << b;
  EXPECT_EQ(morgan_fingerprint(first), morgan_fingerprint(second)) << a << " " << b;
  EXPECT_EQ(maccs_keys(first), maccs_keys(second)) << a << " " << b;
  const FeaturizeOptions with_values{.atom_values = true};
  EXPECT_EQ(featurize(first, with_values).graph, featurize(second, with_values).graph) << a << " " << b;
}

TEST(Molecule, AtomMapsAreLabelsAndNoChemistry) {
  expect_one_molecule("[CH3:1][OH:2]", "CO");
  expect_one_molecule("[CH3:1][C@H:2](O)[CH3:3]", "CC(C)O");
  expect_one_molecule("[CH3:1]/[CH:2]=[C:3]([CH3:4])\\[CH3:5]", "CC=C(C)C");
  expect_one_molecule("[cH:1]1[cH:2][cH:3][cH:4][nH:5]1", "c1ccc[nH]1");
  expect_one_molecule("[NH2:9][C@@H:8]([CH3:7])[C:6](=[O:5])[OH:4]", "N[C@@H](C)C(=O)O");
  expect_one_molecule("[CH2:3]1[CH2:2][CH2:1][CH:4]1[c:7]1[cH:6][cH:5][cH:8][cH:9][c:10]1[Cl:11]",
                      "C1CCC1c1ccccc1Cl");
  expect_one_molecule("CO |atomProp:0.molAtomMapNumber.5|", "CO");
}

TEST(Molecule, MarksThatDoNotChangeAMoleculeDoNotMatter) {
  expect_one_molecule("[H]OC([H])([H])[H]", "CO");
  expect_one_molecule("[H][C@](N)(C)C(=O)O", "N[C@@H](C)C(=O)O");
  expect_one_molecule("CC=CC |w:1.0|", "CC=CC");
  expect_one_molecule("CCO |$_AP1;;$|", "CCO");
  expect_one_molecule("CCO |(0,0,;1,0,;2,0,)| ethanol", "CCO");
  expect_one_molecule("CN(=O)=O", "C[N+](=O)[O-]");
  expect_one_molecule("CN=[N]#N", "CN=[N+]=[N-]");
  expect_one_molecule("C1=CC=CC=C1", "c1ccccc1");
}

TEST(Molecule, IsotopesChargesAndDativeBondsMatter) {
  const auto differ = [](const char* a, const char* b) {
    EXPECT_NE(canonical_smiles(parse_smiles(a)), canonical_smiles(parse_smiles(b))) << a << " " << b;
  };
  differ("[2H]C", "C");
  differ("[13CH3:1]O", "CO");
  differ("CC(=O)[O-]", "CC(=O)O");
  differ("N->[Fe]", "N.[Fe]");
}

TEST(Molecule, AtomMapsOfMolBlocksAreForgotten) {
  std::string block =
      "isopropanol\n  test\n\n  4  3  0  0  0  0            999 V2000\n"
      "    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  1  0  0\n"
      "    1.4000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  2  0  0\n"
      "    2.1000    1.2000    0.0000 C   0  0  0  0  0  0  0  0  0  3  0  0\n"
      "    2.1000   -1.2000    0.0000 O   0  0  0  0  0  0  0  0  0  4  0  0\n"
      "  1  2  1  0\n  2  3  1  1\n  2  4  1  0\nM  END\n";
  EXPECT_EQ(canonical_smiles(parse_mol_block(block)), "CC(C)O");
}

TEST(Molecule, SyntaxErrorsSayWhere) {
  EXPECT_THAT(
      [] { parse_smiles("CC(C"); },
      ThrowsMessage<MoleculeError>(StrEq("SMILES 'CC(C': the parenthesis at character 3 is never closed")));
  EXPECT_THAT([] { parse_smiles("[Zz]"); },
              ThrowsMessage<MoleculeError>(StrEq("SMILES '[Zz]': it is no well-formed SMILES")));
}

TEST(Molecule, ChemistryErrorsNameTheAtom) {
  EXPECT_THAT(
      [] { parse_smiles("CN(C)(C)(C)C"); },
      ThrowsMessage<MoleculeError>(AllOf(StartsWith("SMILES 'CN(C)(C)(C)C': "), HasSubstr("atom # 1 N"))));
  EXPECT_THAT([] { parse_smiles("c1cccc1"); }, ThrowsMessage<MoleculeError>(HasSubstr("0 1 2 3 4")));
}

TEST(Molecule, BadInputIsRefused) {
  EXPECT_THAT([] { parse_smiles(""); }, ThrowsMessage<MoleculeError>(StrEq("SMILES '': it has no atoms")));
  EXPECT_THAT([] { parse_smiles("  "); }, ThrowsMessage<MoleculeError>(HasSubstr("no atoms")));
  EXPECT_THAT([] { parse_smiles("C\nC"); }, ThrowsMessage<MoleculeError>(HasSubstr("line end")));
  EXPECT_THAT(
      [] { parse_smiles(std::string("C\0C", 3)); },
      ThrowsMessage<MoleculeError>(StartsWith("SMILES 'C?C': it holds a line end or another control")));
  // RDKit would read these as ethane.
  for (const char* text : {"CC\xC2\xA0O", "CC\xE2\x80\x8BO", "CC\xE9O", "CC\xE2\x80\x93O", "CC\x7FO"}) {
    EXPECT_THAT([&] { parse_smiles(text); },
                ThrowsMessage<MoleculeError>(HasSubstr("at character 3 stands one that is not ASCII")));
  }
  EXPECT_EQ(parse_smiles("CC \xC3\xA9thane").num_atoms(), 2);
  EXPECT_THAT([] { parse_smiles("CC |x"); }, ThrowsMessage<MoleculeError>(HasSubstr("CXSMILES")));
  EXPECT_THAT([] { parse_smiles(std::string(100'000, 'C')); },
              ThrowsMessage<MoleculeError>(HasSubstr("it has 100000 characters, more than the 4000")));
  EXPECT_THROW(parse_smiles(std::string(kMaxSmilesLength, '(')), MoleculeError);
  EXPECT_THROW(parse_smiles(std::string(kMaxSmilesLength, '[')), MoleculeError);
}

TEST(Molecule, DeepBranchesAreFine) {
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += "N(";
  nested += "O";
  for (int i = 0; i < 100; ++i) nested += ")";
  EXPECT_EQ(parse_smiles(nested).num_atoms(), 101);
}

TEST(Molecule, ReadsMolBlocks) {
  EXPECT_EQ(canonical_smiles(parse_mol_block(kMethanolBlock)), "CO");
}

TEST(Molecule, BadMolBlocksAreRefused) {
  for (const char* block :
       {"", "a", "a\nb\nc\nd\n", "a\nb\nc\n  1  0  0  0  0  0            999 V2000\nM  END\n",
        "a\nb\nc\n  9  9  0  0  0  0            999 V3000\nM  END\n"}) {
    EXPECT_THROW(parse_mol_block(block), MoleculeError) << block;
  }
  EXPECT_THAT([] { parse_mol_block("none\n\n\n  0  0  0  0  0  0            999 V2000\nM  END\n"); },
              ThrowsMessage<MoleculeError>(StrEq("mol block 'none': it has no atoms")));
  std::string strange = kMethanolBlock;
  strange.replace(strange.find(" C  "), 3, " Zz");
  EXPECT_THAT([&] { parse_mol_block(strange); },
              ThrowsMessage<MoleculeError>(StartsWith("mol block 'methanol': ")));
  EXPECT_THAT([] { parse_mol_block("long\n" + std::string(kMaxMolBlockLines, '\n')); },
              ThrowsMessage<MoleculeError>(HasSubstr("8001 lines")));
}

TEST(Molecule, NothingIsPrinted) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  for (const char* smiles : {"CC(", "c1cccc1", "CN(C)(C)(C)C", "[Zz]"})
    EXPECT_THROW(parse_smiles(smiles), MoleculeError);
  EXPECT_THROW(parse_mol_block("a\nb\nc\nd\n"), MoleculeError);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

// Text made of what SMILES are made of either is a molecule or has a reason; the sanitizers watch.
RC_GTEST_PROP(Molecule, ArbitraryTextDoesNotCrash, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("CCCCNOScnoFPB[]()()112233%=#-:/\\@@H+. *~>0\xC3")));
  try {
    RC_ASSERT(parse_smiles(text).num_atoms() > 0);
  } catch (const MoleculeError& error) {
    RC_ASSERT(std::string(error.what()).starts_with("SMILES '"));
  }
}

TEST(Molecule, ParallelReadingGivesTheSame) {
  const std::vector<std::string> smiles{"CCO",     "c1ccccc1",    "N[C@@H](C)C(=O)O",
                                        "F/C=C/F", "[Na+].[Cl-]", "C1CC1"};
  std::vector<std::string> expected;
  for (const std::string& text : smiles) expected.push_back(canonical_smiles(parse_smiles(text)));
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    std::vector<std::string> actual(600);
    parallel_for(actual.size(), 1, [&](std::size_t i) {
      actual[i] = canonical_smiles(parse_smiles(smiles[i % smiles.size()]));
    });
    for (std::size_t i = 0; i < actual.size(); ++i)
      ASSERT_EQ(actual[i], expected[i % smiles.size()]) << threads;
  }
}

}  // namespace
}  // namespace plstm
