#include "chem/explain/remaining_counts.hpp"

#include <array>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/chem/descriptors/substructure_counts.hpp>

namespace plstm {
namespace {

std::array<std::uint32_t, kNumCountFamilies> totals_of(std::span<const GraphCount> counts) {
  std::array<std::uint32_t, kNumCountFamilies> totals{};
  for (const GraphCount& count : counts) totals[family_of(count)] += count.count;
  return totals;
}

TEST(RemainingCounts, AllAreLeftWhenNothingIsHidden) {
  for (const std::string smiles :
       {"CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)O", "[Na+].[Cl-]", "C", "C1CC1", "*CC#N", "C1CC11CC1",
        "C1CCC1", "OC12CC3CC(CC(C3)C1)C2", "[H][H]", "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCO",
        "O=S(=O)(Nc1nccs1)c1ccc(Oc2ccccc2)cc1", "C1CC1C1CC1",
        "CC(C)C[C@H](NC(=O)[C@H](CC(=O)O)NC(C)=O)C(=O)NCc1ccccc1", "[Fe+2].[CH-]1C=CC=C1.[CH-]1C=CC=C1"}) {
    const Molecule molecule = parse_smiles(smiles);
    EXPECT_EQ(RemainingCounts(molecule).without({}), substructure_counts(molecule)) << smiles;
  }
  const Molecule large = parse_smiles(std::string(350, 'C') + "O");
  EXPECT_EQ(RemainingCounts(large).without({}), substructure_counts(large));
}

TEST(RemainingCounts, NothingIsLeftWhenAllIsHidden) {
  const Molecule molecule = parse_smiles("CC(=O)Oc1ccccc1");
  std::vector<std::int32_t> all(static_cast<std::size_t>(molecule.num_atoms()));
  std::iota(all.begin(), all.end(), 0);
  EXPECT_TRUE(RemainingCounts(molecule).without(all).empty());
}

TEST(RemainingCounts, OfPentaneByHand) {
  // Atoms 0-1-2-3-4. Without the end 4: pairs of 4 atoms and one path of 4 are left; without the middle no path is.
  const RemainingCounts counts(parse_smiles("CCCCC"));
  EXPECT_EQ(totals_of(counts.without({}))[1], 10u);
  EXPECT_EQ(totals_of(counts.without({}))[2], 2u);
  const std::vector<std::int32_t> end{4}, middle{2}, both{0, 4};
  EXPECT_EQ(totals_of(counts.without(end))[1], 6u);
  EXPECT_EQ(totals_of(counts.without(end))[2], 1u);
  EXPECT_EQ(totals_of(counts.without(middle))[1], 6u) << "pairs across the hidden atom stay";
  EXPECT_EQ(totals_of(counts.without(middle))[2], 0u);
  EXPECT_EQ(totals_of(counts.without(both))[1], 3u);
  // Surroundings: 4 of radius 0, and those of radius 1 around 0, 1 and 2, which do not reach atom 4.
  EXPECT_GE(totals_of(counts.without(end))[0], 7u);
  EXPECT_EQ(totals_of(counts.without(middle))[0], 6u) << "4 atoms and the ends with their neighbours";
}

TEST(RemainingCounts, WhatIsLeftIsPartOfTheWhole) {
  const Molecule molecule = parse_smiles("OC(=O)c1ccccc1OC(C)=O");
  const RemainingCounts counts(molecule);
  const std::vector<GraphCount> whole = counts.without({});
  for (std::int32_t atom = 0; atom < molecule.num_atoms(); ++atom) {
    const std::vector<std::int32_t> hidden{atom};
    const std::vector<GraphCount> left = counts.without(hidden);
    check_graph_counts("left", left);
    EXPECT_LT(totals_of(left)[0], totals_of(whole)[0]);
    for (const GraphCount& count : left) {
      const auto same = std::ranges::find(whole, count.label, &GraphCount::label);
      ASSERT_NE(same, whole.end()) << "a label that the molecule lacks";
      EXPECT_LE(count.count, same->count);
    }
  }
}

}  // namespace
}  // namespace plstm
