#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/explain/fragments.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(BricsFragments, OfAnAnilide) {
  // The amide bond is cut, and so is the bond from nitrogen to the ring.
  const auto fragments = brics_fragments(parse_smiles("CC(=O)Nc1ccccc1"));
  ASSERT_THAT(fragments, SizeIs(3));
  EXPECT_THAT(fragments[0].atoms, ElementsAre(0, 1, 2));
  EXPECT_EQ(fragments[0].smiles, "CC=O");
  EXPECT_THAT(fragments[1].atoms, ElementsAre(3));
  EXPECT_THAT(fragments[2].atoms, ElementsAre(4, 5, 6, 7, 8, 9));
  EXPECT_EQ(fragments[2].smiles, "c1ccccc1");
}

TEST(BricsFragments, WithoutSuchBonds) {
  EXPECT_THAT(brics_fragments(parse_smiles("CCO")), ElementsAre(MoleculeFragment{{0, 1, 2}, "CCO"}));
  EXPECT_THAT(brics_fragments(parse_smiles("[Na+].[Cl-]")),
              ElementsAre(MoleculeFragment{{0}, "[Na+]"}, MoleculeFragment{{1}, "[Cl-]"}));
}

TEST(BricsFragments, HaveEveryAtomOnce) {
  for (const std::string smiles : {"CC(C)C[C@H](NC(=O)[C@H](CC(=O)O)NC(C)=O)C(=O)NCc1ccccc1", "[H][H]", "*",
                                   "O=S(=O)(Nc1nccs1)c1ccc(Oc2ccccc2)cc1"}) {
    const Molecule molecule = parse_smiles(smiles);
    std::vector<std::int32_t> all;
    for (const MoleculeFragment& fragment : brics_fragments(molecule))
      all.insert(all.end(), fragment.atoms.begin(), fragment.atoms.end());
    std::ranges::sort(all);
    ASSERT_THAT(all, SizeIs(static_cast<std::size_t>(molecule.num_atoms()))) << smiles;
    for (std::int32_t i = 0; i < molecule.num_atoms(); ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
  }
}

TEST(BricsFragments, ThreadsCutAsOneDoes) {
  const std::string smiles = "CC(=O)NCCOc1ccc(CC(=O)N2CCOCC2)cc1";
  const auto expected = brics_fragments(parse_smiles(smiles));
  EXPECT_GT(expected.size(), 4u);
  std::vector<std::vector<MoleculeFragment>> found(100);
  const ThreadLimit limit(4);
  parallel_for(found.size(), 1, [&](std::size_t i) { found[i] = brics_fragments(parse_smiles(smiles)); });
  for (const auto& each : found) EXPECT_EQ(each, expected);
}

}  // namespace
}  // namespace plstm
