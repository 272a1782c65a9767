#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/reader.hpp>
#include <plstm/chem/scaffold.hpp>
#include <plstm/data/split.hpp>
#include <plstm/data/split_file.hpp>

#include "support/data_folders.hpp"

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string scaffold(const char* smiles) {
  return bemis_murcko_scaffold(parse_smiles(smiles));
}

TEST(Scaffold, CutsSideChains) {
  EXPECT_EQ(scaffold("CCc1ccccc1"), "c1ccccc1");
  EXPECT_EQ(scaffold("OCC(c1ccccc1)CC1CCCCC1N"), "c1ccc(CCC2CCCCC2)cc1");
  EXPECT_EQ(scaffold("CC1CCC(=O)CC1"), "O=C1CCCCC1");
}

TEST(Scaffold, ForgetsStereochemistry) {
  EXPECT_EQ(scaffold("O[C@H]1CC[C@@H](c2ccccc2)CC1"), scaffold("OC1CCC(c2ccccc2)CC1"));
}

TEST(Scaffold, WithoutRingsIsEmpty) {
  EXPECT_EQ(scaffold("CCO"), "");
  EXPECT_EQ(scaffold("[Na+].[Cl-]"), "");
  EXPECT_EQ(scaffold("C"), "");
}

TEST(Scaffold, GroupsEqualTexts) {
  const std::vector<std::string> scaffolds{"a", "", "b", "a", ""};
  EXPECT_THAT(scaffold_groups(scaffolds), ElementsAre(ElementsAre(0, 3), ElementsAre(1, 4), ElementsAre(2)));
  EXPECT_THAT(scaffold_groups({}), IsEmpty());
}

class PublishedScaffoldSplit : public ::testing::TestWithParam<const char*> {};

TEST_P(PublishedScaffoldSplit, IsReproduced) {
  const auto datasets = test::datasets_dir();
  if (!datasets) GTEST_SKIP() << "PLSTM_DATASETS is not set";
  const std::string name = GetParam();
  MoleculeReaderOptions options;
  options.keep_molecules = true;
  MoleculeReader reader(*datasets / (name + ".csv"), options);
  std::vector<std::string> scaffolds;
  std::vector<std::int32_t> rows;
  for (auto chunk = reader.next_chunk(256); !chunk.empty(); chunk = reader.next_chunk(256)) {
    for (const MoleculeRecord& record : chunk) {
      if (!record.error.empty()) continue;
      scaffolds.push_back(bemis_murcko_scaffold(record.molecules.front()));
      rows.push_back(static_cast<std::int32_t>(record.row - 1));
    }
  }
  auto groups = scaffold_groups(scaffolds);
  for (auto& group : groups) {
    for (std::int32_t& row : group) row = rows[static_cast<std::size_t>(row)];
  }
  EXPECT_EQ(group_split(groups, {0.8, 0.1, 0.1}),
            read_split(*datasets / "splits" / (name + "_scaffold.json")));
}

INSTANTIATE_TEST_SUITE_P(Scaffold, PublishedScaffoldSplit,
                         ::testing::Values("ESOL", "FreeSolv", "BBBP", "Tox21"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace plstm
