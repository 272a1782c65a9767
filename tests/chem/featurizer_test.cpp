#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <memory>

#include <GraphMol/GraphMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <plstm/chem/featurizer.hpp>
#include <plstm/core/error.hpp>
#include <plstm/graph/orientation.hpp>

#include "support/data_folders.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

using Words = std::vector<std::string>;

MolecularGraph input_graph(const char* smiles) {
  return featurize(parse_smiles(smiles), {BondOrientation::kInputOrder});
}

Words words(std::span<const FeatureColumn> columns, std::span<const std::int32_t> codes, std::size_t row) {
  Words result;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    result.push_back(columns[i].values.at(static_cast<std::size_t>(codes[row * columns.size() + i])));
  }
  return result;
}

// Atomic number, chirality, degree, charge, hydrogens, radical electrons, hybridization, aromatic, in ring.
Words atom(const char* smiles, std::size_t index) {
  return words(atom_columns(), input_graph(smiles).graph.node_codes, index);
}

// Type, stereo, conjugated.
Words bond(const char* smiles, std::size_t index) {
  return words(bond_columns(), input_graph(smiles).graph.edge_codes, index);
}

std::vector<float> values_of(const char* smiles, std::size_t row) {
  const AttributedGraph graph = featurize(parse_smiles(smiles), {BondOrientation::kInputOrder, true}).graph;
  EXPECT_EQ(graph.node_value_width, 5);
  const auto first = graph.node_values.begin() + static_cast<std::ptrdiff_t>(5 * row);
  return {first, first + 5};
}

// Types and contributions as in the tables of the papers: methane is C1 (0.1441, 2.503); the oxygen of an
// alcohol O2 (-0.2893, 0.8238), polar surface 20.23.
TEST(Featurizer, AtomValuesOnDemand) {
  EXPECT_THAT(atom_value_names(),
              ElementsAre("crippen_logp", "crippen_mr", "tpsa", "labute_asa", "gasteiger_charge"));
  EXPECT_THAT(input_graph("CCO").graph.node_values, IsEmpty());
  const std::vector<float> methane = values_of("C", 0), oxygen = values_of("CCO", 2);
  constexpr float kGrid = 1.0f / 4096;
  EXPECT_NEAR(methane[0], 0.1441 / 0.5, kGrid);
  EXPECT_NEAR(methane[1], (2.503 - 3) / 2, kGrid);
  EXPECT_EQ(methane[2], 0);
  EXPECT_NEAR(oxygen[0], -0.2893 / 0.5, kGrid);
  EXPECT_NEAR(oxygen[1], (0.8238 - 3) / 2, kGrid);
  EXPECT_NEAR(oxygen[2], 20.23 / 10, kGrid);
  EXPECT_LT(oxygen[4], -1) << "the oxygen of an alcohol is negative, about -0.4 of a charge";
  EXPECT_GT(values_of("CCO", 1)[4], oxygen[4]);
  EXPECT_NE(oxygen[3], values_of("CCO", 0)[3]);
}

TEST(Featurizer, AtomValuesAreFiniteForEveryElement) {
  for (const char* smiles :
       {"[Na+].[Cl-]", "[U]", "C[Hg]C", "[H][H]", "c1cc[se]c1", "F[Xe]F", "[Fe+2]", "*C"}) {
    const AttributedGraph graph = featurize(parse_smiles(smiles), {.atom_values = true}).graph;
    EXPECT_THAT(graph.node_values, SizeIs(static_cast<std::size_t>(5 * graph.dag.num_nodes()))) << smiles;
    for (const float value : graph.node_values) EXPECT_LT(std::abs(value), 100) << smiles;
  }
}

TEST(Featurizer, Ethanol) {
  const MolecularGraph ethanol = input_graph("CCO");
  EXPECT_THAT(ethanol.graph.dag.edges(), ElementsAre(Arc{0, 1}, Arc{1, 2}));
  // Codes written out: C has place 5, O place 7 (counting from 0); charges begin at -5; sp3 is the third.
  EXPECT_THAT(ethanol.graph.node_codes, ElementsAre(5, 0, 4, 5, 3, 0, 2, 0, 0,  //
                                                    5, 0, 4, 5, 2, 0, 2, 0, 0,  //
                                                    7, 0, 2, 5, 1, 0, 2, 0, 0));
  EXPECT_THAT(ethanol.graph.edge_codes, ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_EQ(ethanol.graph.node_code_width, 9);
  EXPECT_EQ(ethanol.graph.edge_code_width, 3);
  EXPECT_THAT(ethanol.atom_of_node, ElementsAre(0, 1, 2));
  check_attributed_graph(ethanol.graph);
}

TEST(Featurizer, AtomsByHand) {
  EXPECT_THAT(atom("c1ccccc1", 2), ElementsAre("6", "unspecified", "3", "0", "1", "0", "sp2", "yes", "yes"));
  EXPECT_THAT(atom("CC(=O)[O-]", 3), ElementsAre("8", "unspecified", "1", "-1", "0", "0", "sp2", "no", "no"));
  EXPECT_THAT(atom("[NH4+]", 0), ElementsAre("7", "unspecified", "4", "1", "4", "0", "sp3", "no", "no"));
  EXPECT_THAT(atom("C#N", 1), ElementsAre("7", "unspecified", "1", "0", "0", "0", "sp", "no", "no"));
  EXPECT_THAT(atom("C1CC1", 0), ElementsAre("6", "unspecified", "4", "0", "2", "0", "sp3", "no", "yes"));
  EXPECT_THAT(atom("[CH3]", 0), ElementsAre("6", "unspecified", "3", "0", "3", "1", "sp3", "no", "no"));
  EXPECT_THAT(atom("FS(F)(F)(F)(F)F", 1),
              ElementsAre("16", "unspecified", "6", "0", "0", "0", "sp3d2", "no", "no"));
  EXPECT_THAT(atom("N[C@H](C)C(=O)O", 1),
              ElementsAre("6", "tetrahedral_ccw", "4", "0", "1", "0", "sp3", "no", "no"));
  EXPECT_THAT(atom("N[C@@H](C)C(=O)O", 1),
              ElementsAre("6", "tetrahedral_cw", "4", "0", "1", "0", "sp3", "no", "no"));
}

TEST(Featurizer, WhatNoListHasIsOther) {
  EXPECT_THAT(atom("[Na+]", 0), ElementsAre("11", "unspecified", "0", "1", "0", "0", "other", "no", "no"));
  EXPECT_EQ(atom("*C", 0)[0], "other");
  EXPECT_EQ(atom("[W+6]", 0)[3], "other");
  EXPECT_EQ(atom("[C-4]", 0)[3], "-4");
  EXPECT_EQ(atom("C[Pt@SP1](F)(Cl)Br", 1)[1], "other");
  EXPECT_EQ(bond("C->[Fe]", 0)[0], "other");
}

TEST(Featurizer, BondsByHand) {
  EXPECT_THAT(bond("CC", 0), ElementsAre("single", "none", "no"));
  EXPECT_THAT(bond("C=C", 0), ElementsAre("double", "none", "no"));
  EXPECT_THAT(bond("C#N", 0), ElementsAre("triple", "none", "no"));
  EXPECT_THAT(bond("c1ccccc1", 0), ElementsAre("aromatic", "none", "yes"));
  EXPECT_THAT(bond("C=CC=C", 1), ElementsAre("single", "none", "yes"));
  EXPECT_THAT(bond("F/C=C/F", 1), ElementsAre("double", "e", "no"));
  EXPECT_THAT(bond("F/C=C\\F", 1), ElementsAre("double", "z", "no"));
}

TEST(Featurizer, OneAtomNoBondsSeveralFragments) {
  for (const auto orientation : {BondOrientation::kCanonicalRank, BondOrientation::kInputOrder,
                                 BondOrientation::kBreadthFirst, BondOrientation::kDepthFirst}) {
    const MolecularGraph methane = featurize(parse_smiles("C"), {orientation});
    EXPECT_EQ(methane.graph.dag.num_nodes(), 1);
    EXPECT_THAT(methane.graph.edge_codes, IsEmpty());
    const MolecularGraph salt = featurize(parse_smiles("[Na+].CC(=O)[O-].[Na+].[O-]C"), {orientation});
    EXPECT_EQ(salt.graph.dag.num_nodes(), 8);
    EXPECT_EQ(salt.graph.dag.num_edges(), 4);
    check_attributed_graph(salt.graph);
  }
}

TEST(Featurizer, OtherOrientationsKeepAtomsAndBonds) {
  const Molecule molecule = parse_smiles("CC(C)c1ccccc1O");
  const MolecularGraph input = featurize(molecule, {BondOrientation::kInputOrder});
  const UndirectedGraph bonds{
      10, {{0, 1}, {1, 2}, {1, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}, {7, 8}, {8, 9}, {3, 8}}};
  EXPECT_EQ(input.graph.dag, orient_by_index(bonds));
  MolecularGraph bfs = featurize(molecule, {BondOrientation::kBreadthFirst});
  MolecularGraph dfs = featurize(molecule, {BondOrientation::kDepthFirst});
  EXPECT_EQ(bfs.graph.dag, orient_by_bfs(bonds));
  EXPECT_EQ(dfs.graph.dag, orient_by_dfs(bonds));
  EXPECT_EQ(bfs.graph.node_codes, input.graph.node_codes);
  EXPECT_EQ(dfs.graph.edge_codes, input.graph.edge_codes);
}

// Node i is atom atom_of_node[i], and bond types come along.
TEST(Featurizer, CanonicalGraphIsTheInputGraphRelabelled) {
  for (const char* smiles : {"OC(=O)c1ccncc1Cl", "C[C@H]1CC[C@@H](O)CC1.[Na+]", "N#CC=O"}) {
    const MolecularGraph canonical = featurize(parse_smiles(smiles));
    const MolecularGraph input = input_graph(smiles);
    const auto num_nodes = static_cast<std::size_t>(input.graph.dag.num_nodes());
    ASSERT_THAT(canonical.atom_of_node, SizeIs(num_nodes));
    auto columns = [](const MolecularGraph& graph, std::size_t node) {
      Words all = words(atom_columns(), graph.graph.node_codes, node);
      all.erase(all.begin() + 1);  // chirality refers to the order
      return all;
    };
    for (std::size_t node = 0; node < num_nodes; ++node) {
      EXPECT_EQ(columns(canonical, node),
                columns(input, static_cast<std::size_t>(canonical.atom_of_node[node])));
    }
    std::vector<std::tuple<std::int32_t, std::int32_t, Words>> actual, expected;
    for (std::size_t e = 0; e < canonical.graph.dag.edges().size(); ++e) {
      const Arc arc = canonical.graph.dag.edges()[e];
      EXPECT_LT(arc.tail, arc.head);
      const auto [low, high] = std::minmax(canonical.atom_of_node[static_cast<std::size_t>(arc.tail)],
                                           canonical.atom_of_node[static_cast<std::size_t>(arc.head)]);
      actual.emplace_back(low, high, words(bond_columns(), canonical.graph.edge_codes, e));
      const Arc other = input.graph.dag.edges()[e];
      expected.emplace_back(other.tail, other.head, words(bond_columns(), input.graph.edge_codes, e));
    }
    EXPECT_THAT(actual, ::testing::UnorderedElementsAreArray(expected));
  }
}

TEST(Featurizer, EnantiomersAndDiastereomersDiffer) {
  const auto graph = [](const char* smiles) { return featurize(parse_smiles(smiles)).graph; };
  EXPECT_EQ(graph("N[C@@H](C)C(=O)O"), graph("OC(=O)[C@H](C)N"));
  EXPECT_NE(graph("N[C@@H](C)C(=O)O"), graph("N[C@H](C)C(=O)O"));
  EXPECT_NE(graph("N[C@@H](C)C(=O)O"), graph("NC(C)C(=O)O"));
  EXPECT_EQ(graph("F/C=C/Cl"), graph("Cl\\C=C\\F"));
  EXPECT_NE(graph("F/C=C/Cl"), graph("F/C=C\\Cl"));
  EXPECT_EQ(graph("C[C@H]1CC[C@@H](O)CC1"), graph("O[C@@H]1CC[C@H](C)CC1"));
  EXPECT_NE(graph("C[C@H]1CC[C@@H](O)CC1"), graph("C[C@H]1CC[C@H](O)CC1"));
  EXPECT_EQ(graph("c1ccccc1"), graph("C1=CC=CC=C1"));
}

std::string random_smiles(const RDKit::ROMol& mol) {
  const bool isomeric = true, kekule = false, canonical = false, all_bonds = false, all_hydrogens = false,
             random = true;
  const int any_root = -1;
  return RDKit::MolToSmiles(mol, isomeric, kekule, any_root, canonical, all_bonds, all_hydrogens, random);
}

void expect_same_graph_however_written(const std::string& smiles) {
  const Molecule molecule = parse_smiles(smiles);
  const AttributedGraph expected = featurize(molecule).graph;
  const std::unique_ptr<RDKit::RWMol> mol(RDKit::SmilesToMol(smiles));
  for (int i = 0; i < 4; ++i) {
    const std::string other = random_smiles(*mol);
    const Molecule again = parse_smiles(other);
    // A few macrocycles with double bonds RDKit writes wrongly; what it reads back then is another molecule.
    if (canonical_smiles(again) != canonical_smiles(molecule)) continue;
    ASSERT_EQ(featurize(again).graph, expected) << smiles << " written as " << other;
  }
}

TEST(Featurizer, RingStereoIsTheSameHoweverWritten) {
  for (const char* smiles : {"CCOc1cccc([C@]2(N3CCN(c4ccccc4)CC3)CC[C@@H](C)CC2)c1",
                             "CCc1nn(C2CCCCC2)c2cc([C@]3(C#N)CC[C@@H](C(=O)O)CC3)ccc12",
                             "C[C@H]1C[C@@H](C)C1", "O[C@H]1CC[C@@]2(CC1)CC[C@H](F)CC2"}) {
    expect_same_graph_however_written(smiles);
  }
}

TEST(Featurizer, DrugLikeMoleculesAreTheSameHoweverWritten) {
  const auto folder = test::rdkit_data_dir();
  if (!folder) GTEST_SKIP() << "rdkit-data is not installed (set RDBASE)";
  std::ifstream stream(*folder / "Contrib" / "FreeWilson" / "data" / "CHEMBL2321810.smi");
  int count = 0;
  for (std::string line; count < 300 && std::getline(stream, line); ++count) {
    expect_same_graph_however_written(line.substr(0, line.find(' ')));
  }
  EXPECT_EQ(count, 300);
}

MolecularGraph graph_with_hydrogens(const std::string& smiles) {
  FeaturizeOptions options{BondOrientation::kCanonicalRank, true, true, true};
  options.hydrogens = true;
  return featurize(parse_smiles(smiles), options);
}

// Methanol has one carbon with three hydrogens, and one oxygen with one.
TEST(Featurizer, HydrogensAreNodesOnDemand) {
  const MolecularGraph methanol = graph_with_hydrogens("OC");
  const AttributedGraph& graph = methanol.graph;
  EXPECT_EQ(graph.dag.num_nodes(), 6);
  EXPECT_EQ(graph.dag.num_edges(), 5);
  check_attributed_graph(graph);
  std::vector<std::string> seen;
  for (std::size_t node = 0; node < 6; ++node) {
    const Words codes = words(atom_columns(), graph.node_codes, node);
    seen.push_back(codes[0] + " of degree " + codes[2] + " at " +
                   std::to_string(methanol.atom_of_node[node]));
    EXPECT_EQ(codes[4], "0") << "hydrogens that are nodes are not counted";
  }
  EXPECT_THAT(seen, ::testing::UnorderedElementsAre("8 of degree 2 at 0", "6 of degree 4 at 1",
                                                    "1 of degree 1 at 0", "1 of degree 1 at 1",
                                                    "1 of degree 1 at 1", "1 of degree 1 at 1"));
}

TEST(Featurizer, ValuesOfMoleculesAndCountsDoNotDependOnHydrogens) {
  for (const char* smiles : {"CC(=O)Nc1ccc(O)cc1", "C[C@H]1CC[C@@H](O)CC1", "[NH4+].[Cl-]", "[H][H]"}) {
    const AttributedGraph with = graph_with_hydrogens(smiles).graph;
    const AttributedGraph without =
        featurize(parse_smiles(smiles), {BondOrientation::kCanonicalRank, true, true, true}).graph;
    EXPECT_EQ(with.graph_values, without.graph_values) << smiles;
    EXPECT_EQ(with.graph_counts, without.graph_counts) << smiles;
    EXPECT_EQ(with.node_values.size(), 5 * static_cast<std::size_t>(with.dag.num_nodes()));
  }
}

// Crippen's contributions of all atoms, hydrogens among them, are the logP of the molecule.
TEST(Featurizer, HydrogensHaveContributionsOfTheirOwn) {
  const AttributedGraph graph = graph_with_hydrogens("CC(=O)Nc1ccc(O)cc1").graph;
  double logp = 0;
  for (NodeId node = 0; node < graph.dag.num_nodes(); ++node)
    logp += 0.5 * graph.node_values[static_cast<std::size_t>(5 * node)];
  EXPECT_NEAR(logp, 1.3506, 1e-3);
}

TEST(Featurizer, GraphsWithHydrogensAreTheSameHoweverWritten) {
  const auto graph = [](const char* smiles) { return graph_with_hydrogens(smiles).graph; };
  EXPECT_EQ(graph("CC(=O)Nc1ccc(O)cc1"), graph("Oc1ccc(cc1)NC(C)=O"));
  EXPECT_EQ(graph("C[C@H]1CC[C@@H](O)CC1"), graph("O[C@@H]1CC[C@H](C)CC1"));
  EXPECT_NE(graph("C[C@H]1CC[C@@H](O)CC1"), graph("C[C@H]1CC[C@H](O)CC1"));
  EXPECT_EQ(graph("[H]C([H])([H])O"), graph("CO"));
  EXPECT_EQ(graph("C[C@H](N)C(=O)O"), graph("OC(=O)[C@H](C)N"));
  EXPECT_NE(graph("C[C@H](N)C(=O)O"), graph("C[C@@H](N)C(=O)O"));
}

TEST(Featurizer, VocabularyHasTheSizesOfTheBenchmark) {
  EXPECT_THAT(vocabulary_sizes(atom_columns()), ElementsAre(119, 5, 12, 12, 10, 6, 6, 2, 2));
  EXPECT_THAT(vocabulary_sizes(bond_columns()), ElementsAre(5, 7, 2));  // stereo has an "other" here
}

TEST(Featurizer, VocabularyJsonSaysTheSame) {
  const nlohmann::json json = nlohmann::json::parse(vocabulary_json());
  const auto expect_columns = [](const nlohmann::json& list, std::span<const FeatureColumn> columns) {
    ASSERT_EQ(list.size(), columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      EXPECT_EQ(list[i].at("name"), columns[i].name);
      EXPECT_EQ(list[i].at("values"), columns[i].values);
    }
  };
  expect_columns(json.at("atom"), atom_columns());
  expect_columns(json.at("bond"), bond_columns());
}

TEST(Featurizer, OrientationsHaveNames) {
  for (const char* text : {"canonical", "input", "bfs", "dfs"}) EXPECT_EQ(name(bond_orientation(text)), text);
  EXPECT_THAT([] { bond_orientation("random"); },
              ThrowsMessage<ConfigError>(
                  HasSubstr("unknown orientation 'random', expected one of canonical, input, bfs, dfs")));
}

TEST(Featurizer, ColumnsAreTheLastValues) {
  FeaturizeOptions options{.molecule_values = true};
  const Molecule molecule = parse_smiles("CCO");
  const MolecularGraph without = featurize(molecule, options);
  options.columns = {"temperature", "pressure"};
  const std::vector<double> columns{300, std::nan("")};
  const MolecularGraph with = featurize(molecule, options, columns);
  EXPECT_EQ(with.graph.graph_value_width, without.graph.graph_value_width + 2);
  ASSERT_EQ(with.graph.graph_values.size(), without.graph.graph_values.size() + 2);
  EXPECT_EQ(with.graph.graph_values[without.graph.graph_values.size()], 300);
  EXPECT_TRUE(std::isnan(with.graph.graph_values.back()));
  EXPECT_THAT([&] { featurize(molecule, options); },
              ThrowsMessage<ShapeError>(HasSubstr("0 numbers are given beside the molecule, expected 2 "
                                                  "(temperature, pressure)")));
  EXPECT_THAT(
      [&] {
        featurize(molecule, options, std::vector<double>{300, 1e300});
      },
      ThrowsMessage<ConfigError>(HasSubstr("'pressure' is 1e+300")));
  EXPECT_THROW(featurize(molecule, {}, columns), ShapeError);
}

TEST(Featurizer, ABondBetweenAtomsOfNoElementHasNoSurface) {
  EXPECT_THAT([] { featurize(parse_smiles("**C"), {.atom_values = true}); },
              ThrowsMessage<MoleculeError>(HasSubstr("atom 0 has no labute_asa")));
  for (const float value : featurize(parse_smiles("*CC"), {.atom_values = true}).graph.node_values)
    EXPECT_TRUE(std::isfinite(value));
}

}  // namespace
}  // namespace plstm
