#include "plstm/chem/rows/molecule_row.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

FeaturizeOptions solution() {
  FeaturizeOptions options;
  options.molecules = {"solute", "solvent"};
  return options;
}

TEST(MoleculeRow, ReadsEachMolecule) {
  const MoleculeRow row = read_row(std::vector<std::string>{"OCC", "O"}, solution());
  ASSERT_THAT(row.molecules, SizeIs(2));
  EXPECT_EQ(row.standardized, "");
  EXPECT_EQ(canonical_row(row.molecules), "CCO + O");
  EXPECT_THAT(read_row(std::vector<std::string>{"O"}, {}).molecules, SizeIs(1));
}

TEST(MoleculeRow, NamesTheMoleculeThatCannotBeRead) {
  EXPECT_THAT(
      [] {
        read_row(std::vector<std::string>{"O", "C1CC"}, solution());
      },
      ThrowsMessage<MoleculeError>(AllOf(StartsWith("solvent: "), HasSubstr("C1CC"))));
  EXPECT_THROW(read_row(std::vector<std::string>{"O"}, solution()), ShapeError);
}

TEST(MoleculeRow, StandardisesEachMolecule) {
  FeaturizeOptions options = solution();
  options.standardize = kUsualStandardize;
  EXPECT_EQ(read_row(std::vector<std::string>{"CC[O-].[Na+]", "O"}, options).standardized, "CCO.O");
}

TEST(MoleculeRow, TextIsOfAllMoleculesTogether) {
  EXPECT_EQ(row_text(std::vector<std::string>{"CCO ethanol"}), "CCO ethanol");
  EXPECT_EQ(row_text(std::vector<std::string>{" CCO ethanol", "O"}), "CCO.O");
}

}  // namespace
}  // namespace plstm::test
