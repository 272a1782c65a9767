#include "chem/large/double_bonds.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <GraphMol/FileParsers/FileParsers.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/core/random.hpp>

#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

using RDKit::Bond;

std::string repeat(const std::string& unit, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += unit;
  return text;
}

// Of the double bonds, sorted.
std::vector<int> stereo_of(const Molecule& molecule) {
  std::vector<int> stereo;
  for (const Bond* bond : rdkit_mol(molecule).bonds()) {
    if (bond->getBondType() == Bond::DOUBLE) stereo.push_back(bond->getStereo());
  }
  std::ranges::sort(stereo);
  return stereo;
}

// The parts before and after a chain that makes the molecule large.
struct Ends {
  std::string head, tail;
  std::string around(int carbons) const { return head + repeat("C", carbons) + tail; }
};

std::vector<Ends> ends_with_double_bonds() {
  return {{"C/C=C/", ""},
          {"C/C=C\\", ""},
          {"CC/C(C)=C/", ""},
          {"CC\\C(C)=C/", "O"},
          {"F/C(Cl)=C(Br)/", ""},
          {"F/C(Cl)=C(Br)\\", ""},
          {"O/N=C(C)/", ""},
          {"C/C(CCCCO)=C(/CCCCN)", ""},
          {"C/C(CC(=O)C)=C(/CC(O)C)", ""},
          {"c1ccccc1/C(C1CCCCC1)=C/", ""},
          {"[13CH3]/C(C)=C/", ""},
          {"[H]/C(C)=C(/[H])", ""},
          {"C/C=C/C=C\\C=C/", "/C=C/C"},
          {"CP(C)(=O)/C(SC)=C/", ""},
          {"C/C=C1/CCCC(C1)", ""},
          {"F/N=N/", "/N=N\\F"},
          {"*/C(C)=C/", ""}};
}

TEST(DoubleBonds, LargeMoleculesHaveThoseOfSmallOnes) {
  for (const Ends& ends : ends_with_double_bonds()) {
    const std::vector<int> small = stereo_of(parse_smiles(ends.around(60)));
    EXPECT_TRUE(
        std::ranges::count(small, int{Bond::STEREOE}) + std::ranges::count(small, int{Bond::STEREOZ}) > 0)
        << ends.head;
    const Molecule large = parse_smiles(ends.around(400));
    ASSERT_TRUE(is_large(rdkit_mol(large)));
    EXPECT_EQ(stereo_of(large), small) << ends.head << "..." << ends.tail;
  }
}

TEST(DoubleBonds, BondsThatCannotHaveAConfigurationHaveNone) {
  for (const Ends& ends : std::vector<Ends>{{"C/C(C)=C/", ""},     // two methyls
                                            {"C1CC/C=C/CC1", ""},  // in a ring of seven
                                            {"F/C(/F)=C/", ""},
                                            {"C/C=", "=C/C"},  // one mark alone
                                            {"C/C=C", ""},
                                            {"CC=C", ""}}) {
    EXPECT_EQ(stereo_of(parse_smiles(ends.around(400))), stereo_of(parse_smiles(ends.around(60))))
        << ends.head;
  }
}

TEST(DoubleBonds, NothingOfALargeMoleculeDependsOnItsWriting) {
  const std::vector<std::string> molecules{
      repeat("C/C=C/", 130) + "C", repeat("C/C(C)=C/C", 80) + "O",
      "C(" + repeat("C", 200) + "/C=C/C)(" + repeat("C", 200) + "/C=C\\C)O",
      "O/C=C/" + repeat("C", 400) + "/C=C\\O",
      repeat("C/C(C)=C\\C", 40) + repeat("N[C@@H](C)C(=O)", 40) + "O"};
  for (const std::string& text : molecules) {
    const Molecule molecule = parse_smiles(text);
    ASSERT_TRUE(is_large(rdkit_mol(molecule)));
    const AttributedGraph graph = featurize(molecule).graph;
    const std::string canonical = canonical_smiles(molecule);
    EXPECT_EQ(canonical_smiles(parse_smiles(canonical)), canonical) << text.substr(0, 40);
    for (unsigned seed = 1; seed <= 4; ++seed) {
      Random random(seed);
      std::vector<unsigned> atoms;
      for (const std::int32_t atom : random_permutation(molecule.num_atoms(), random)) {
        atoms.push_back(static_cast<unsigned>(atom));
      }
      const std::unique_ptr<RDKit::ROMol> shuffled(RDKit::MolOps::renumberAtoms(rdkit_mol(molecule), atoms));
      shuffled->setProp(RDKit::common_properties::_StereochemDone, 1, true);
      RDKit::SmilesWriteParams params;
      params.canonical = false;
      const Molecule again = parse_smiles(RDKit::MolToSmiles(*shuffled, params));
      EXPECT_EQ(stereo_of(again), stereo_of(molecule)) << text.substr(0, 40);
      EXPECT_EQ(featurize(again).graph, graph) << text.substr(0, 40);
      EXPECT_EQ(canonical_smiles(again), canonical) << text.substr(0, 40);
      EXPECT_EQ(morgan_fingerprint(again), morgan_fingerprint(molecule)) << text.substr(0, 40);
    }
  }
}

TEST(DoubleBonds, CisAndTransAreTwoMolecules) {
  const std::string chain = repeat("C", 200);
  const Molecule trans = parse_smiles(chain + "/C=C/" + chain + "O"),
                 cis = parse_smiles(chain + "/C=C\\" + chain + "O"),
                 unmarked = parse_smiles(chain + "C=C" + chain + "O");
  EXPECT_NE(canonical_smiles(trans), canonical_smiles(cis));
  EXPECT_NE(canonical_smiles(trans), canonical_smiles(unmarked));
  EXPECT_NE(featurize(trans).graph, featurize(cis).graph);
  EXPECT_NE(featurize(trans).graph, featurize(unmarked).graph);
}

TEST(DoubleBonds, BranchesThatDifferInAConfigurationAloneAreTold) {
  // The first double bond has two branches that are alike but for E and Z.
  const std::string e = repeat("C", 150) + "/C=C/F", z = repeat("C", 150) + "/C=C\\F";
  const auto written = [&](const std::string& first, const std::string& second) {
    return canonical_smiles(parse_smiles("O/C=C(" + first + ")/" + second));
  };
  EXPECT_NE(written(e, z), written(z, e));
  EXPECT_EQ(written(e, e), canonical_smiles(parse_smiles("OC=C(" + e + ")" + e)));
}

TEST(DoubleBonds, PlacesOfAMolBlockAreRead) {
  const auto block_of = [](bool trans) {
    std::string atoms, bonds;
    const int count = 320;
    for (int i = 0; i < count; ++i) {
      const double x = i < 2 ? 0 - 1.2 * (1 - i) : 1.2 * (i - 1);
      const double y = i == 0 ? (trans ? -1 : 1) : i == 1 || i == 2 ? 0 : i % 2;
      char line[80];
      std::snprintf(line, sizeof line, "%10.4f%10.4f%10.4f C   0  0\n", x, y, 0.0);
      atoms += line;
      if (i == 0) continue;
      std::snprintf(line, sizeof line, "%3d%3d%3d  0\n", i, i + 1, i == 2 ? 2 : 1);
      bonds += line;
    }
    return "\n\n\n320319  0  0  0  0  0  0  0  0999 V2000\n" + atoms + bonds + "M  END\n";
  };
  const std::string tail = repeat("C", 317);
  EXPECT_EQ(canonical_smiles(parse_mol_block(block_of(true))),
            canonical_smiles(parse_smiles("C/C=C/" + tail)));
  EXPECT_EQ(canonical_smiles(parse_mol_block(block_of(false))),
            canonical_smiles(parse_smiles("C/C=C\\" + tail)));
}

}  // namespace
}  // namespace plstm
