#include "plstm/chem/things/thing_values.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

MoleculeThings formic_acid() {
  const std::string smiles = "[H]OC=O";
  const Molecule molecule = parse_smiles(smiles);
  return things_of_smiles(smiles, molecule, featurize(molecule), Readout::kNode);
}

TEST(ThingValues, ListsCoverAtomsWithOrWithoutHydrogens) {
  EXPECT_THAT(values_of_rows(formic_acid(), "[1, 2, 3]"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(values_of_rows(formic_acid(), "9;1;2;3"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(values_of_rows(formic_acid(), "1 n/a nan"), ElementsAre("1", "", ""));
  EXPECT_THAT(values_of_rows(formic_acid(), "NA"), ElementsAre("", "", ""));
  EXPECT_THAT([] { values_of_rows(formic_acid(), "[1, 2]"); },
              ThrowsMessage<ShapeError>(HasSubstr("2 values for 3 atoms (4 with hydrogens)")));
}

TEST(ThingValues, NumbersMayBeMissing) {
  const std::vector<std::string> texts{"1.5", "", "-2"};
  const std::vector<double> numbers = numbers_of(texts);
  EXPECT_EQ(numbers[0], 1.5);
  EXPECT_TRUE(std::isnan(numbers[1]));
  EXPECT_EQ(numbers[2], -2);
  const std::vector<std::string> words{"1", ">2"};
  EXPECT_THAT([&] { numbers_of(words); },
              ThrowsMessage<FileError>(HasSubstr("value 2: '>2' is not a number")));
}

TEST(ThingValues, GraphsHaveTheirOwnOrder) {
  MoleculeThings things;
  things.things = {2, 0, 1};
  const std::vector<double> rows{1, 10, 2, 20, 3, 30};
  EXPECT_THAT(in_graph_order(things, rows, 2), ElementsAre(2, 20, 3, 30, 1, 10));
  EXPECT_THROW(in_graph_order(things, rows, 1), ShapeError);
}

}  // namespace
}  // namespace plstm::test
