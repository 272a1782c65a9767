#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/core/error.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

std::string after(const std::string& smiles, const StandardizeOptions& options) {
  return canonical_smiles(standardize(parse_smiles(smiles), options).molecule);
}

std::string canonical(const std::string& smiles) {
  return canonical_smiles(parse_smiles(smiles));
}

TEST(Standardize, NoStepLeavesTheMolecule) {
  const StandardizedMolecule result = standardize(parse_smiles("OC.[Na+].[Cl-]"), {});
  EXPECT_THAT(result.smiles, IsEmpty());
  EXPECT_EQ(canonical_smiles(result.molecule), canonical("CO.[Na+].[Cl-]"));
}

TEST(Standardize, UsualStepsMakeOneMoleculeOfItsSalts) {
  const std::string acid = canonical("CCCC(=O)O");
  for (const char* salt : {"CCCC(=O)[O-].[Na+]", "CCCC(=O)O[Na]", "CCCC(=O)O.O.O", "[K+].[O-]C(=O)CCC",
                           "CCCC(=O)[O-]", "C[NH+](C)C.CCCC([O-])=O"}) {
    EXPECT_EQ(after(salt, kUsualStandardize), acid) << salt;
  }
  EXPECT_EQ(after("C[NH3+].[Cl-]", kUsualStandardize), canonical("CN"));
  EXPECT_EQ(after("[NH3+]CC([O-])=O", kUsualStandardize), canonical("NCC(=O)O"));
}

TEST(Standardize, StepsDoWhatTheyAreNamedFor) {
  EXPECT_EQ(after("CS(C)=O.O", {.cleanup = true}), canonical("C[S+](C)[O-].O"));
  EXPECT_EQ(after("CC(=O)[O-].[Na+]", {.fragment = true}), canonical("CC(=O)[O-]"));
  EXPECT_EQ(after("CC(=O)[O-].[Na+].C[NH3+]", {.charges = true}), canonical("CC(=O)[O-].[Na+].CN"));
  EXPECT_EQ(after("[2H]C([2H])([2H])[13CH2]O", {.isotopes = true}), canonical("CCO"));
  EXPECT_EQ(after("C[C@H](N)/C=C/F", {.stereo = true}), canonical("CC(N)C=CF"));
  EXPECT_EQ(after("Oc1ccccn1", {.tautomer = true}), after("O=c1cccc[nH]1", {.tautomer = true}));
}

// Neither charges of quaternary nitrogen nor what belongs to it can go.
TEST(Standardize, KeepsChargesThatNoHydrogenTakesAway) {
  EXPECT_EQ(after("C[N+](C)(C)CC([O-])=O", kUsualStandardize), canonical("C[N+](C)(C)CC([O-])=O"));
  EXPECT_EQ(after("C[N+](C)(C)C.[Cl-]", kUsualStandardize), canonical("C[N+](C)(C)C"));
}

TEST(Standardize, TheLargestFragmentIsThatWithMostHeavyAtoms) {
  // Triethylamine has more atoms when hydrogens count.
  EXPECT_EQ(after("CCN(CC)CC.OC(=O)c1ccc(S(=O)(=O)O)cc1", {.fragment = true}),
            canonical("OC(=O)c1ccc(S(=O)(=O)O)cc1"));
  EXPECT_EQ(after("CCO.CCS", {.fragment = true}), canonical("CCS"));                              // heavier
  EXPECT_EQ(after("CCCO.CC(C)O", {.fragment = true}), after("CC(C)O.CCCO", {.fragment = true}));  // equal
  EXPECT_EQ(after("F[P-](F)(F)(F)(F)F.C[n+]1ccn(C)c1", {.fragment = true}), canonical("C[n+]1ccn(C)c1"));
}

TEST(Standardize, LeavesWhatHasNoCarbon) {
  EXPECT_EQ(after("[Na+].[Cl-]", {.cleanup = true, .fragment = true}), canonical("[Na+].[Cl-]"));
}

TEST(Standardize, SaysWhetherAMoleculeHasChanged) {
  EXPECT_THAT(standardize(parse_smiles("OCC"), kUsualStandardize).smiles, IsEmpty());
  const StandardizedMolecule changed = standardize(parse_smiles("[Na+].[O-]CC"), kUsualStandardize);
  EXPECT_EQ(changed.smiles, "CCO");
  EXPECT_EQ(changed.molecule.num_atoms(), 3);
}

TEST(Standardize, DoesNotDependOnTheWriting) {
  StandardizeOptions all = kUsualStandardize;
  all.tautomer = true;
  const std::vector<std::vector<std::string>> writings{
      {"CC(=O)CC(=O)[O-].[Na+]", "[Na+].C(C(C)=O)C([O-])=O", "[O-]C(=O)CC(C)=O.[Na+]"},
      {"Nc1nc2[nH]cnc2c(=O)[nH]1", "O=c1[nH]c(N)nc2[nH]cnc12", "[nH]1cnc2c1nc(N)[nH]c2=O"}};
  for (const std::vector<std::string>& same : writings) {
    for (const std::string& smiles : same) EXPECT_EQ(after(smiles, all), after(same.front(), all)) << smiles;
  }
}

TEST(Standardize, ASecondTimeChangesNothing) {
  StandardizeOptions all = parse_standardize(
      std::vector<std::string>{"cleanup", "fragment", "charges", "isotopes", "stereo", "tautomer"});
  for (const char* smiles : {"CC(=O)CC(=O)[O-].[Na+]", "C[C@H]([NH3+])C(=O)[O-]", "OC1=CC=CC=N1.Cl",
                             "[13CH3]S(C)=O", "CC(=O)Nc1ccc(O)cc1"}) {
    EXPECT_EQ(after(after(smiles, all), all), after(smiles, all)) << smiles;
  }
}

TEST(Standardize, KeepsStereochemistryUnlessItIsToGo) {
  StandardizeOptions all = kUsualStandardize;
  all.tautomer = true;
  EXPECT_EQ(after("C[C@H](N)C(=O)O.Cl", all), canonical("C[C@H](N)C(=O)O"));
  EXPECT_NE(after("C[C@H](N)C(=O)O.Cl", all), after("C[C@@H](N)C(=O)O.Cl", all));
}

TEST(Standardize, LargeMoleculesHaveStepsThatTakeLittleTime) {
  std::string peptide;
  for (int i = 0; i < 70; ++i) peptide += "N[C@@H](C)C(=O)";
  peptide += "O";
  EXPECT_EQ(after(peptide + ".[Na+].[Cl-]", {.fragment = true}), canonical(peptide));
  EXPECT_EQ(after(peptide, {.stereo = true}).find('@'), std::string::npos);
  EXPECT_THAT([&] { standardize(parse_smiles(peptide + ".Cl"), kUsualStandardize); },
              ThrowsMessage<MoleculeError>(AllOf(HasSubstr("351 heavy atoms"), HasSubstr("300"))));
  // Many small fragments are no large molecule once one of them is chosen.
  std::string waters;
  for (int i = 0; i < 400; ++i) waters += "O.";
  EXPECT_EQ(after(waters + "CC(=O)[O-]", kUsualStandardize), canonical("CC(=O)O"));
}

TEST(Standardize, NamesAreReadInAnyOrder) {
  const std::vector<std::string> steps{"tautomer", "cleanup", "stereo"};
  const StandardizeOptions options = parse_standardize(steps);
  EXPECT_THAT(names(options), ElementsAre("cleanup", "stereo", "tautomer"));
  EXPECT_EQ(parse_standardize(names(options)), options);
  EXPECT_FALSE(parse_standardize({}).any());
  const std::vector<std::string> unknown{"cleanup", "wash"};
  EXPECT_THAT([&] { parse_standardize(unknown); },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr("'wash'"), HasSubstr("fragment"))));
}

TEST(Standardize, ServesSeveralThreads) {
  StandardizeOptions all = kUsualStandardize;
  all.tautomer = true;
  const std::vector<std::string> smiles{"CC(=O)CC(=O)[O-].[Na+]", "Oc1ccccn1.Cl", "C[C@H]([NH3+])C(=O)[O-]",
                                        "CS(C)=O", "[O-][N+](=O)c1ccc(O)cc1.[K+]"};
  std::vector<std::vector<std::string>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& own : found) {
    threads.emplace_back([&own, &smiles, &all] {
      for (const std::string& each : smiles) own.push_back(after(each, all));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<std::string>& own : found) EXPECT_EQ(own, found.front());
}

}  // namespace
}  // namespace plstm
