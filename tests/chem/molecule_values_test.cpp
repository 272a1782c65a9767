#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/featurizer.hpp>

namespace plstm {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::Truly;

std::vector<float> molecule_values_of(const std::string& smiles) {
  const AttributedGraph graph = featurize(parse_smiles(smiles), {.molecule_values = true}).graph;
  EXPECT_EQ(graph.graph_value_width, std::ssize(graph.graph_values));
  return graph.graph_values;
}

std::map<std::string, float> named_values_of(const std::string& smiles) {
  const std::vector<float> values = molecule_values_of(smiles);
  EXPECT_EQ(values.size(), molecule_value_names().size());
  std::map<std::string, float> named;
  for (std::size_t i = 0; i < values.size(); ++i) named[molecule_value_names()[i]] = values[i];
  EXPECT_EQ(named.size(), values.size()) << "all names differ";
  return named;
}

TEST(MoleculeValues, OnDemand) {
  EXPECT_THAT(featurize(parse_smiles("CCO")).graph.graph_values, IsEmpty());
  EXPECT_EQ(featurize(parse_smiles("CCO")).graph.graph_value_width, 0);
  EXPECT_THAT(molecule_value_names(), SizeIs(119));
}

// Aspirin: 9 C, 8 H, 4 O; polar surface 26.30 (ester) + 37.30 (acid); five bins of surface add up to all of
// it.
TEST(MoleculeValues, Aspirin) {
  auto values = named_values_of("CC(=O)Oc1ccccc1C(=O)O");
  constexpr float kGrid = 1.0f / 1024;
  EXPECT_NEAR(values["molecular_weight"], 9 * 12.011 + 8 * 1.008 + 4 * 15.999, 0.001 + kGrid);
  EXPECT_EQ(values["heavy_atoms"], 13);
  EXPECT_EQ(values["heteroatoms"], 4);
  EXPECT_NEAR(values["tpsa"], 26.30 + 37.30, kGrid);
  EXPECT_EQ(values["lipinski_acceptors"], 4);
  EXPECT_EQ(values["lipinski_donors"], 1);
  EXPECT_EQ(values["donors"], 1);
  EXPECT_EQ(values["rings"], 1);
  EXPECT_EQ(values["aromatic_carbocycles"], 1);
  EXPECT_EQ(values["aliphatic_rings"], 0);
  EXPECT_EQ(values["amide_bonds"], 0);
  EXPECT_NEAR(values["fraction_csp3"], 1.0 / 9, kGrid);
  EXPECT_EQ(values["mqn1"], 9) << "the first quantum number counts carbon";
  for (const std::string prefix : {"slogp_vsa", "smr_vsa", "peoe_vsa"}) {
    float sum = 0;
    for (const auto& [name, value] : values) sum += name.starts_with(prefix) ? value : 0;
    EXPECT_NEAR(sum, values["labute_asa"], 1) << prefix << ": all but what hydrogens share";
  }
}

TEST(MoleculeValues, TellMoleculesApart) {
  EXPECT_NE(molecule_values_of("CCO"), molecule_values_of("COC"));
  EXPECT_NE(molecule_values_of("Oc1ccccc1C"), molecule_values_of("Oc1cccc(C)c1"));
  EXPECT_NE(molecule_values_of("CCCC"), molecule_values_of("CCCCC"));
}

TEST(MoleculeValues, AreFiniteForEveryElementAndForOneAtom) {
  for (const char* smiles :
       {"C", "[H][H]", "[Na+].[Cl-]", "[U]", "C[Hg]C", "c1cc[se]c1", "F[Xe]F", "[Fe+2]", "*C"}) {
    EXPECT_THAT(molecule_values_of(smiles), Each(Truly([](float value) { return std::abs(value) < 1e4f; })))
        << smiles;
  }
}

TEST(MoleculeValues, AreTheSameHoweverWritten) {
  const std::vector<std::vector<std::string>> writings{
      {"OC(=O)c1ccccc1OC(C)=O", "CC(=O)Oc1ccccc1C(=O)O", "c1(C(O)=O)c(OC(=O)C)cccc1"},
      {"O=S(=O)(Nc1nccs1)c1ccc(Oc2ccccc2)cc1", "c1(ccc(cc1)S(Nc1nccs1)(=O)=O)Oc1ccccc1"},
      {"CN1CCC23c4c5ccc(O)c4OC2C(O)C=CC3C1C5", "C1=CC(O)C2Oc3c(O)ccc4c3C25CCN(C)C(C15)C4"}};
  for (const auto& same : writings) {
    for (const std::string& smiles : same) {
      EXPECT_THAT(molecule_values_of(smiles), ElementsAreArray(molecule_values_of(same.front()))) << smiles;
    }
  }
}

}  // namespace
}  // namespace plstm
