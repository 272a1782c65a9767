#include "chem/rows/joined_graph.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/descriptors/substructure_counts.hpp>
#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

std::vector<Molecule> molecules(const std::vector<std::string>& smiles) {
  std::vector<Molecule> row;
  for (const std::string& each : smiles) row.push_back(parse_smiles(each));
  return row;
}

FeaturizeOptions of_two() {
  FeaturizeOptions options{.atom_values = true, .molecule_values = true, .counts = true};
  options.molecules = {"a", "b"};
  return options;
}

FeaturizeOptions of_one() {
  FeaturizeOptions options = of_two();
  options.molecules.clear();
  return options;
}

TEST(JoinedGraph, IsTheGraphsSideBySide) {
  const std::vector<Molecule> row = molecules({"CCO", "c1ccccc1"});
  const MolecularGraph all = featurize(row, of_two());
  const MolecularGraph first = featurize(row[0], of_one()), second = featurize(row[1], of_one());
  EXPECT_EQ(all.graph.dag.num_nodes(), 9);
  EXPECT_EQ(all.graph.dag.num_edges(), 8);
  EXPECT_EQ(all.graph.node_code_width, first.graph.node_code_width + 1);
  const auto width = static_cast<std::size_t>(all.graph.node_code_width);
  for (std::size_t node = 0; node < 9; ++node) {
    EXPECT_EQ(all.graph.node_codes[node * width + width - 1], node < 3 ? 0 : 1);
    const AttributedGraph& own = node < 3 ? first.graph : second.graph;
    EXPECT_EQ(all.graph.node_codes[node * width], own.node_codes[(node < 3 ? node : node - 3) * (width - 1)]);
  }
  EXPECT_EQ(all.graph.graph_value_width, 2 * first.graph.graph_value_width);
  EXPECT_EQ(all.graph.graph_values.front(), first.graph.graph_values.front());
  EXPECT_EQ(all.graph.graph_values.back(), second.graph.graph_values.back());
  EXPECT_EQ(all.atom_of_node[3], second.atom_of_node[0] + 3);
  EXPECT_EQ(all.graph.dag.edges()[2].tail, second.graph.dag.edges()[0].tail + 3);
  EXPECT_EQ(node_vocabulary_sizes(of_two()).back(), 2);
  EXPECT_EQ(node_vocabulary_sizes(of_one()), vocabulary_sizes(atom_columns()));
}

TEST(JoinedGraph, OneMoleculeIsAsItWas) {
  const std::vector<Molecule> row = molecules({"CCO"});
  const MolecularGraph as_row = featurize(row, of_one()), alone = featurize(row[0], of_one());
  EXPECT_EQ(as_row.graph.node_codes, alone.graph.node_codes);
  EXPECT_EQ(as_row.graph.graph_values, alone.graph.graph_values);
  EXPECT_EQ(as_row.graph.graph_counts, alone.graph.graph_counts);
  EXPECT_EQ(as_row.graph.graph_counts, substructure_counts(row[0]));
}

TEST(JoinedGraph, TellsTheOrderOfMolecules) {
  const MolecularGraph one = featurize(molecules({"CCO", "O"}), of_two());
  const MolecularGraph other = featurize(molecules({"O", "CCO"}), of_two());
  EXPECT_NE(one.graph.graph_counts, other.graph.graph_counts);
  EXPECT_NE(one.graph.node_codes, other.graph.node_codes);
  EXPECT_NO_THROW(check_graph_counts("test", one.graph.graph_counts));
}

TEST(JoinedGraph, CountsKeepTheirFamilies) {
  const std::vector<std::vector<GraphCount>> parts{{{3, 2}, {1U << kCountFamilyShift, 1}},
                                                   {{3, 5}, {1U << kCountFamilyShift, 7}}};
  const std::vector<GraphCount> joined = join_counts(parts);
  ASSERT_EQ(joined.size(), 4u);
  EXPECT_EQ(family_of(joined[0]), 0u);
  EXPECT_EQ(family_of(joined[1]), 0u);
  EXPECT_EQ(family_of(joined[2]), 1u);
  EXPECT_EQ(joined[0].count + joined[1].count, 7u);
  EXPECT_EQ(join_counts({parts.data(), 1}), parts[0]);
  const std::vector<std::vector<GraphCount>> equal{{{3, 200}}, {}};
  EXPECT_THAT(join_counts(equal), ElementsAre(GraphCount{3, 200}));
}

TEST(JoinedGraph, AnotherNumberOfMoleculesIsRefused) {
  EXPECT_THROW(featurize(molecules({"CCO"}), of_two()), ShapeError);
  EXPECT_THROW(featurize(molecules({"CCO", "O"}), of_one()), ShapeError);
  EXPECT_THROW(featurize(molecules({"CCO"})[0], of_two()), ShapeError);
}

}  // namespace
}  // namespace plstm::test
