#include "chem/large/large_molecule.hpp"

#include <memory>
#include <set>
#include <string>

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/scaffold.hpp>
#include <plstm/core/random.hpp>
#include <plstm/graph/attributed_graph.hpp>

#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

std::string units_in_a_row(const std::string& unit, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += unit;
  return text;
}

TEST(LargeMolecule, AtomsThatAreAlikeAreOfOneClass) {
  const Molecule chain = parse_smiles(units_in_a_row("C", 401));
  const std::vector<std::int32_t> classes = large_molecule_classes(rdkit_mol(chain));
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(classes[i], classes[400 - i]);
  EXPECT_EQ(std::set<std::int32_t>(classes.begin(), classes.end()).size(), 201u);
}

std::vector<std::string> large_molecules() {
  return {units_in_a_row("C", 1000),
          units_in_a_row("*", 700),
          units_in_a_row("C.", 400) + "N",
          "N" + units_in_a_row("CC(c1ccccc1)", 60),
          units_in_a_row("N[C@@H](CC(C)C)C(=O)", 60) + "O",
          units_in_a_row("N[C@@H](C)C(=O)", 40) + units_in_a_row("N[C@H](CO)C(=O)", 40) + "O",
          units_in_a_row("O[C@H]1CC[C@@H](CC1)C(=O)", 40) + "O",
          "[Fe]<-" + units_in_a_row("NCC", 150)};
}

TEST(LargeMolecule, GraphAndSmilesDoNotDependOnTheWriting) {
  for (const std::string& text : large_molecules()) {
    const Molecule molecule = parse_smiles(text);
    ASSERT_TRUE(is_large(rdkit_mol(molecule))) << text.substr(0, 30);
    const AttributedGraph graph = featurize(molecule).graph;
    check_attributed_graph(graph);
    const std::string canonical = canonical_smiles(molecule);
    const std::string scaffold = bemis_murcko_scaffold(molecule);
    for (unsigned seed = 1; seed <= 3; ++seed) {
      const RDKit::ROMol& mol = rdkit_mol(molecule);
      std::vector<unsigned> atoms;
      Random random(seed);
      for (const std::int32_t atom : random_permutation(molecule.num_atoms(), random)) {
        atoms.push_back(static_cast<unsigned>(atom));
      }
      const std::unique_ptr<RDKit::ROMol> shuffled(RDKit::MolOps::renumberAtoms(mol, atoms));
      shuffled->setProp(RDKit::common_properties::_StereochemDone, 1, true);
      RDKit::SmilesWriteParams params;
      params.canonical = false;
      const std::string other = RDKit::MolToSmiles(*shuffled, params);
      if (other.size() > kMaxSmilesLength) continue;
      const Molecule again = parse_smiles(other);
      EXPECT_EQ(featurize(again).graph, graph) << text.substr(0, 30);
      EXPECT_EQ(canonical_smiles(again), canonical) << text.substr(0, 30);
      EXPECT_EQ(bemis_murcko_scaffold(again), scaffold) << text.substr(0, 30);
      EXPECT_EQ(morgan_fingerprint(again), morgan_fingerprint(molecule)) << text.substr(0, 30);
    }
    EXPECT_EQ(canonical_smiles(parse_smiles(canonical)), canonical) << text.substr(0, 30);
  }
}

TEST(LargeMolecule, CentresAreKeptWhereTheirNeighboursDiffer) {
  const auto left = featurize(parse_smiles(units_in_a_row("N[C@@H](C)C(=O)", 70) + "O")).graph;
  const auto right = featurize(parse_smiles(units_in_a_row("N[C@H](C)C(=O)", 70) + "O")).graph;
  EXPECT_EQ(left.dag, right.dag);
  EXPECT_NE(left.node_codes, right.node_codes);
  const std::string tail = units_in_a_row("C", 400);
  EXPECT_EQ(featurize(parse_smiles("C[C@H](C)" + tail)).graph, featurize(parse_smiles("CC(C)" + tail)).graph);
  EXPECT_NE(featurize(parse_smiles("C[C@H](O)" + tail)).graph, featurize(parse_smiles("CC(O)" + tail)).graph);
}

TEST(LargeMolecule, ScaffoldIsThatOfSmallOnes) {
  const std::string tail = units_in_a_row("C", 400);
  for (const char* core : {"c1ccccc1", "O=C1CCCCC1", "c1cc[nH]c1", "C(=C)1CC1"}) {
    EXPECT_EQ(bemis_murcko_scaffold(parse_smiles(core + tail)),
              bemis_murcko_scaffold(parse_smiles(core + std::string("CC"))));
  }
  EXPECT_EQ(bemis_murcko_scaffold(parse_smiles("c1ccn(" + tail + ")c1")),
            bemis_murcko_scaffold(parse_smiles("c1ccn(C)c1")));
  EXPECT_EQ(bemis_murcko_scaffold(parse_smiles(tail)), "");
}

TEST(LargeMolecule, LongestInputIsRead) {
  EXPECT_EQ(featurize(parse_smiles(std::string(kMaxSmilesLength, 'C'))).graph.dag.num_edges(), 3999);
  EXPECT_EQ(parse_smiles(std::string(kMaxRankedAtoms, 'C')).num_atoms(), 300);
}

TEST(LargeMolecule, MapsHydrogensAndIsotopesCountAsInSmallOnes) {
  const std::string tail = units_in_a_row("C", 400);
  const auto graph = featurize(parse_smiles("CO" + tail)).graph;
  EXPECT_EQ(featurize(parse_smiles("[CH3:1][O:2]" + tail)).graph, graph);
  EXPECT_EQ(featurize(parse_smiles("[H]C([H])([H])O" + tail)).graph, graph);
  EXPECT_NE(canonical_smiles(parse_smiles("[13CH3]O" + tail)), canonical_smiles(parse_smiles("CO" + tail)));
}

}  // namespace
}  // namespace plstm
