#include "chem/explain/occlusion.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plstm {
namespace {

using ::testing::Each;
using ::testing::FloatNear;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr FeaturizeOptions kAll{BondOrientation::kCanonicalRank, true, true, true};

TEST(Occlusion, OfNothingIsTheMolecule) {
  for (const std::string smiles : {"CC(=O)Oc1ccccc1C(=O)O", "C", "[Na+].[Cl-]", "C[C@H]1CC[C@@H](O)CC1"}) {
    const Occlusion occlusion(parse_smiles(smiles), kAll);
    EXPECT_EQ(occlusion.without({}), occlusion.whole()) << smiles;
    EXPECT_EQ(occlusion.whole(), featurize(parse_smiles(smiles), kAll).graph);
  }
}

TEST(Occlusion, HiddenAtomIsGoneAndOthersStayAsTheyAre) {
  const Occlusion occlusion(parse_smiles("CCO"), kAll);
  const std::vector<std::int32_t> oxygen{2};
  const AttributedGraph left = occlusion.without(oxygen);
  check_attributed_graph(left);
  EXPECT_EQ(left.dag.num_nodes(), 2);
  EXPECT_EQ(left.dag.num_edges(), 1);
  // Ethane itself has other codes: its second carbon has three hydrogens.
  const AttributedGraph ethane = featurize(parse_smiles("CC"), kAll).graph;
  EXPECT_NE(left.node_codes, ethane.node_codes);
  const AttributedGraph& whole = occlusion.whole();
  NodeId row = 0;
  for (NodeId node = 0; node < 3; ++node) {
    if (occlusion.atom_of_node()[static_cast<std::size_t>(node)] == 2) continue;
    for (std::int32_t c = 0; c < whole.node_code_width; ++c) {
      EXPECT_EQ(left.node_codes[static_cast<std::size_t>(row * whole.node_code_width + c)],
                whole.node_codes[static_cast<std::size_t>(node * whole.node_code_width + c)]);
    }
    ++row;
  }
}

TEST(Occlusion, HidesAnAtomWithItsHydrogens) {
  FeaturizeOptions options = kAll;
  options.hydrogens = true;
  const Occlusion occlusion(parse_smiles("CCO"), options);
  EXPECT_EQ(occlusion.num_atoms(), 3u);
  EXPECT_EQ(occlusion.whole().dag.num_nodes(), 9);
  EXPECT_EQ(occlusion.without({}), occlusion.whole());
  const std::vector<std::int32_t> methyl{0}, all{0, 1, 2};
  const AttributedGraph left = occlusion.without(methyl);
  check_attributed_graph(left);
  EXPECT_EQ(left.dag.num_nodes(), 5);
  EXPECT_EQ(left.dag.num_edges(), 4);
  EXPECT_EQ(occlusion.without(all).dag.num_nodes(), 0);
}

TEST(Occlusion, OfEverythingLeavesNothing) {
  const Occlusion occlusion(parse_smiles("CC(=O)Nc1ccccc1"), kAll);
  const std::vector<std::int32_t> all{9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  const AttributedGraph nothing = occlusion.without(all);
  check_attributed_graph(nothing);
  EXPECT_EQ(nothing.dag.num_nodes(), 0);
  EXPECT_EQ(nothing.dag.num_edges(), 0);
  ASSERT_THAT(nothing.graph_counts, SizeIs(1));
  for (const GraphCount& count : occlusion.whole().graph_counts)
    EXPECT_NE(family_of(count), family_of(nothing.graph_counts[0])) << "it stands for no substructure";
  EXPECT_THAT(nothing.graph_values, Each(FloatNear(0, 1e-4F)));
  EXPECT_THAT(nothing.graph_values, SizeIs(molecule_value_names().size()));
}

TEST(Occlusion, WithoutValuesAndCounts) {
  const Occlusion occlusion(parse_smiles("CCO"), {});
  const std::vector<std::int32_t> first{0};
  const AttributedGraph left = occlusion.without(first);
  EXPECT_THAT(left.graph_values, IsEmpty());
  EXPECT_THAT(left.graph_counts, IsEmpty());
  EXPECT_EQ(left.dag.num_nodes(), 2);
}

}  // namespace
}  // namespace plstm
