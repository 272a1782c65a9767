#include "plstm/chem/descriptors/substructure_counts.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/graph/graph_count.hpp>

namespace plstm {
namespace {

std::array<std::uint32_t, kNumCountFamilies> totals_of(const std::string& smiles) {
  std::array<std::uint32_t, kNumCountFamilies> totals{};
  for (const GraphCount& count : substructure_counts(parse_smiles(smiles)))
    totals[family_of(count)] += count.count;
  return totals;
}

TEST(SubstructureCounts, OfButaneByHand) {
  // Atoms and their neighbourhoods of radius 1; those of radius 2 repeat the molecule. Pairs of 4 atoms; one path of 4.
  const auto totals = totals_of("CCCC");
  EXPECT_GE(totals[0], 8u);
  EXPECT_EQ(totals[1], 6u);
  EXPECT_EQ(totals[2], 1u);
  EXPECT_EQ(totals[3], 0u);
  EXPECT_EQ(totals_of("C")[1], 0u);
}

TEST(SubstructureCounts, AreValidAndDoNotDependOnTheWayOfWriting) {
  const auto aspirin = substructure_counts(parse_smiles("CC(=O)Oc1ccccc1C(=O)O"));
  check_graph_counts("aspirin", aspirin);
  EXPECT_EQ(substructure_counts(parse_smiles("OC(=O)c1ccccc1OC(C)=O")), aspirin);
  EXPECT_EQ(substructure_counts(parse_smiles("[CH3:4]C(=O)Oc1ccccc1C(=O)[OH:2]")), aspirin);
  EXPECT_NE(substructure_counts(parse_smiles("CC(=O)Oc1ccccc1C(=O)N")), aspirin);
}

TEST(SubstructureCounts, TellEnantiomersApart) {
  EXPECT_NE(substructure_counts(parse_smiles("C[C@H](N)C(=O)O")),
            substructure_counts(parse_smiles("C[C@@H](N)C(=O)O")));
}

TEST(SubstructureCounts, OfLargeMoleculesAreFew) {
  const auto large = substructure_counts(parse_smiles(std::string(400, 'C')));
  check_graph_counts("chain", large);
  const auto totals = totals_of(std::string(400, 'C'));
  EXPECT_GT(totals[0], 0u);
  EXPECT_EQ(totals[1] + totals[2], 0u);
  EXPECT_NE(substructure_counts(parse_smiles(std::string(399, 'C') + "O")), large);
}

}  // namespace
}  // namespace plstm
