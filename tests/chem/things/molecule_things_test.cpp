#include "plstm/chem/things/molecule_things.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

MoleculeThings things_in(const std::string& smiles, Readout level, bool hydrogens = false) {
  const Molecule molecule = parse_smiles(smiles);
  FeaturizeOptions options;
  options.hydrogens = hydrogens;
  return things_of_smiles(smiles, molecule, featurize(molecule, options), level);
}

MoleculeThings atoms_in(const std::string& smiles, bool hydrogens = false) {
  return things_in(smiles, Readout::kNode, hydrogens);
}

MoleculeThings bonds_in(const std::string& smiles, bool hydrogens = false) {
  return things_in(smiles, Readout::kEdge, hydrogens);
}

TEST(MoleculeThings, AtomsAreInTheOrderOfTheSmiles) {
  const MoleculeThings things = atoms_in("OC(=O)CN");
  EXPECT_THAT(things.symbols, ElementsAre("O", "C", "O", "C", "N"));
  EXPECT_THAT(things.numbers, ElementsAre(0, 1, 2, 3, 4));
  const MolecularGraph graph = featurize(parse_smiles("OC(=O)CN"));
  for (std::size_t row = 0; row < 5; ++row) {
    EXPECT_EQ(graph.atom_of_node[static_cast<std::size_t>(things.things[row])], static_cast<int>(row));
  }
}

TEST(MoleculeThings, BondsThatCloseRingsComeLast) {
  const MoleculeThings things = bonds_in("C1C=CO1");
  EXPECT_THAT(things.ends, ElementsAre(0, 1, 1, 2, 2, 3, 0, 3));
  EXPECT_THAT(things.symbols, ElementsAre("C-C", "C=C", "C-O", "C-O"));
  EXPECT_THAT(things.numbers, ElementsAre(0, 1, 2, 3));
}

TEST(MoleculeThings, WrittenHydrogensAreNoRows) {
  const MoleculeThings atoms = atoms_in("[H]OC([H])=O");
  EXPECT_THAT(atoms.symbols, ElementsAre("O", "C", "O"));
  EXPECT_THAT(atoms.numbers, ElementsAre(1, 2, 4));
  EXPECT_THAT(atoms.row_of_written, ElementsAre(-1, 0, 1, -1, 2));
  EXPECT_THAT(rows_of_list(atoms, 5), ElementsAre(-1, 0, 1, -1, 2));
  EXPECT_THAT(rows_of_list(atoms, 3), ElementsAre(0, 1, 2));
  const MoleculeThings bonds = bonds_in("[H]OC([H])=O");
  EXPECT_THAT(bonds.symbols, ElementsAre("O-C", "C=O"));
  EXPECT_THAT(bonds.ends, ElementsAre(1, 2, 2, 4));
  EXPECT_THAT(rows_of_list(bonds, 4), ElementsAre(-1, 0, -1, 1));
}

TEST(MoleculeThings, HydrogensThatTheMoleculeKeepsAreRows) {
  const MoleculeThings things = atoms_in("[2H]C([H])([H])O[H]");
  EXPECT_THAT(things.symbols, ElementsAre("H", "C", "O"));
  EXPECT_THAT(things.row_of_written, ElementsAre(0, 1, -1, -1, 2, -1));
  EXPECT_THAT(atoms_in("[H][H]").symbols, ElementsAre("H", "H"));
  EXPECT_THAT(atoms_in("[H+].[Cl-]").symbols, ElementsAre("H", "Cl"));
}

TEST(MoleculeThings, HydrogensAreRowsOnDemand) {
  const MoleculeThings atoms = atoms_in("[H]OC", true);
  EXPECT_THAT(atoms.symbols, ElementsAre("H", "O", "C", "H", "H", "H"));
  EXPECT_THAT(atoms.numbers, ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(rows_of_list(atoms, 6), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(rows_of_list(atoms, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(rows_of_list(atoms, 2), ElementsAre(1, 2));
  std::vector<std::int32_t> nodes = atoms.things;
  std::ranges::sort(nodes);
  EXPECT_THAT(nodes, ElementsAre(0, 1, 2, 3, 4, 5));
  const auto of = [&](std::size_t row) { return atoms.classes[static_cast<std::size_t>(atoms.things[row])]; };
  EXPECT_EQ(of(3), of(4));
  EXPECT_EQ(of(3), of(5));
  EXPECT_NE(of(0), of(3));
  const MoleculeThings bonds = bonds_in("[H]OC", true);
  EXPECT_THAT(bonds.symbols, ElementsAre("H-O", "O-C", "C-H", "C-H", "C-H"));
  EXPECT_THAT(bonds.ends, ElementsAre(0, 1, 1, 2, 2, 3, 2, 4, 2, 5));
  EXPECT_THAT(rows_of_list(bonds, 1), ElementsAre(1));
  EXPECT_THAT(atoms_in("[HH]", true).symbols, ElementsAre("H", "H"));
}

TEST(MoleculeThings, OtherLengthsAreErrors) {
  EXPECT_THAT([] { rows_of_list(atoms_in("CCO"), 2); },
              ThrowsMessage<ShapeError>(HasSubstr("2 values for 3 atoms")));
  EXPECT_THAT([] { rows_of_list(atoms_in("CCO[H]"), 1); },
              ThrowsMessage<ShapeError>(HasSubstr("1 value for 3 atoms (4 with hydrogens)")));
  EXPECT_THAT([] { rows_of_list(atoms_in("CCO[H]", true), 5); },
              ThrowsMessage<ShapeError>(HasSubstr("5 values for 3 atoms (4 or 9 with hydrogens)")));
  EXPECT_THAT([] { rows_of_list(bonds_in("C"), 1); },
              ThrowsMessage<ShapeError>(HasSubstr("1 value for 0 bonds")));
  EXPECT_THAT(rows_of_list(bonds_in("C"), 0), IsEmpty());
}

TEST(MoleculeThings, MolBlocksHaveTheirOwnOrder) {
  const std::string block =
      "water and methane\n  test\n\n  5  3  0  0  0  0  0  0  0  0999 V2000\n"
      "    0.9000    0.0000    0.0000 H   0  0\n"
      "    0.0000    0.0000    0.0000 O   0  0\n"
      "    3.0000    0.0000    0.0000 C   0  0\n"
      "    4.0000    0.0000    0.0000 H   0  0\n"
      "    0.0000    0.9000    0.0000 H   0  0\n"
      "  1  2  1  0\n  2  5  1  0\n  3  4  1  0\nM  END\n";
  const Molecule molecule = parse_mol_block(block);
  const MoleculeThings things = things_of_mol_block(block, molecule, featurize(molecule), Readout::kNode);
  EXPECT_THAT(things.symbols, ElementsAre("O", "C"));
  EXPECT_THAT(things.row_of_written, ElementsAre(-1, 0, 1, -1, -1));
  FeaturizeOptions options;
  options.hydrogens = true;
  const MoleculeThings all =
      things_of_mol_block(block, molecule, featurize(molecule, options), Readout::kNode);
  EXPECT_THAT(all.symbols, ElementsAre("H", "O", "C", "H", "H", "H", "H", "H"));
}

TEST(MoleculeThings, ClassesAreThoseOfAtomsThatAreAlike) {
  const MoleculeThings toluene = atoms_in("Cc1ccccc1");
  const auto of = [&](std::size_t row) {
    return toluene.classes[static_cast<std::size_t>(toluene.things[row])];
  };
  EXPECT_EQ(of(2), of(6));
  EXPECT_EQ(of(3), of(5));
  EXPECT_NE(of(2), of(3));
  EXPECT_NE(of(1), of(4));
  // Both kinds of bonds of prismane are between atoms of one class.
  const MoleculeThings prismane = bonds_in("C12C3C1C1C2C31");
  std::vector<std::int32_t> classes = prismane.classes;
  std::ranges::sort(classes);
  EXPECT_EQ(std::ranges::count(classes, classes.front()) % 3, 0);
  EXPECT_NE(classes.front(), classes.back());
}

TEST(MoleculeThings, WholeMoleculesAndOtherMoleculesAreRefused) {
  EXPECT_THAT([] { things_in("CCO", Readout::kGraph); },
              ThrowsMessage<ConfigError>(HasSubstr("whole molecules")));
  const Molecule other = parse_smiles("CCN");
  EXPECT_THAT([&] { things_of_smiles("CCO", other, featurize(other), Readout::kNode); },
              ThrowsMessage<MoleculeError>(HasSubstr("cannot be told")));
}

}  // namespace
}  // namespace plstm::test
