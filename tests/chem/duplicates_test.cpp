#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/duplicates.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/core/error.hpp>
#include <plstm/data/split.hpp>

namespace plstm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> canonical(const std::vector<const char*>& spellings) {
  std::vector<std::string> molecules;
  for (const char* smiles : spellings)
    molecules.push_back(*smiles == '\0' ? "" : canonical_smiles(parse_smiles(smiles)));
  return molecules;
}

TEST(Duplicates, MoleculesInTrainingAndTestAreFoundHoweverTheyAreWritten) {
  const auto molecules = canonical({"OCC", "c1ccccc1", "", "C1=CC=CC=C1", "CCO", "[CH3:1][CH2:2][OH:3]", ""});
  const std::vector<std::int32_t> train{0, 1, 2}, test{6, 5, 3, 4};
  EXPECT_THAT(molecules_in_both(molecules, train, test),
              ElementsAre(MoleculeRows{"CCO", {4, 5}}, MoleculeRows{"c1ccccc1", {3}}));
  EXPECT_THAT(molecules_in_both(molecules, {}, test), IsEmpty());
  EXPECT_THROW(molecules_in_both(molecules, train, std::vector<std::int32_t>{7}), ShapeError);
}

TEST(Duplicates, LabelsThatContradictAreFound) {
  const auto molecules = canonical({"OCC", "CCO", "C", "C", "", ""});
  const Targets targets{
      {"a", "b"}, {1, 0, 1.5, 9, 2, 3, 2, 4, 0, 0, 5, 5}, {1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1}};
  EXPECT_THAT(contradicting_labels(molecules, targets),
              ElementsAre(Contradiction{{"CCO", {0, 1}}, 0, 1, 1.5}, Contradiction{{"C", {2, 3}}, 1, 3, 4}));
  EXPECT_THAT(contradicting_labels(molecules, targets, 0.5),
              ElementsAre(Contradiction{{"C", {2, 3}}, 1, 3, 4}));
  EXPECT_THROW(contradicting_labels(std::span(molecules).first(2), targets), ShapeError);
}

TEST(Duplicates, GroupsWithOneMoleculeAreJoined) {
  const std::vector<std::string> molecules{"C", "CC", "C", "CCC", "CC", "", ""};
  const std::vector<std::vector<std::int32_t>> groups{{3}, {0, 1}, {2}, {4}, {5}, {6}};
  const auto joined = join_equal_molecules(groups, molecules);
  EXPECT_THAT(joined, ElementsAre(ElementsAre(0, 1, 2, 4), ElementsAre(3), ElementsAre(5), ElementsAre(6)));
  const Split split = random_group_split(joined, {0.5, 0, 0.5}, 1);
  EXPECT_THAT(molecules_in_both(molecules, split.train, split.test), IsEmpty());
}

}  // namespace
}  // namespace plstm
