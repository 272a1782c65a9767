#include "plstm/chem/things/thing_predictions.hpp"

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <GraphMol/GraphMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "support/data_folders.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;

TEST(ThingPredictions, RowsHaveTheMeanOfTheirClass) {
  MoleculeThings first, second;
  first.things = {2, 0, 1};
  first.classes = {0, 1, 0};
  second.things = {0};
  second.classes = {0};
  Predictions said{{"a", "b"}, {0, 3, 4}, {1, 10, 2, 20, 3, 30, 4, 40}, {1, 1, 2, 2, 5, 5, 4, 4}};
  const std::vector<const MoleculeThings*> molecules{&first, &second};
  const Predictions result = in_input_order(said, molecules);
  EXPECT_THAT(result.values, ElementsAre(2, 20, 2, 20, 2, 20, 4, 40));
  EXPECT_THAT(result.expected_errors, ElementsAre(3, 3, 3, 3, 2, 2, 4, 4));
  EXPECT_EQ(result.offsets, said.offsets);
  const std::vector<const MoleculeThings*> one{&first};
  EXPECT_THROW(in_input_order(said, one), ShapeError);
  const std::vector<const MoleculeThings*> swapped{&second, &first};
  EXPECT_THROW(in_input_order(said, swapped), ShapeError);
}

struct Written {
  std::string smiles;
  std::vector<unsigned> atoms;  // of the molecule, as they are written
};

Written written_at_random(const RDKit::ROMol& mol) {
  const bool isomeric = true, kekule = false, canonical = false, all_bonds = false, all_hydrogens = false,
             random = true;
  Written result;
  result.smiles = RDKit::MolToSmiles(mol, isomeric, kekule, -1, canonical, all_bonds, all_hydrogens, random);
  result.atoms = mol.getProp<std::vector<unsigned>>(RDKit::common_properties::_smilesAtomOutputOrder);
  return result;
}

// What stands for the output of a network: any number for each thing of the graph, which is the same for every way of
// writing the molecule. Keys are the atoms (bonds: both atoms) of the molecule that was written.
std::map<std::pair<unsigned, unsigned>, double> predictions_of(const Written& written, Readout level,
                                                               const FeaturizeOptions& options) {
  const Molecule molecule = parse_smiles(written.smiles);
  const MoleculeThings things =
      things_of_smiles(written.smiles, molecule, featurize(molecule, options), level);
  Predictions said{{"value"}, {0, static_cast<std::int64_t>(things.num_rows())}, {}, {}};
  for (std::size_t i = 0; i < things.num_rows(); ++i)
    said.values.push_back(std::sqrt(static_cast<double>(i)));
  const MoleculeThings* const pointer = &things;
  const Predictions ordered = in_input_order(std::move(said), {&pointer, 1});
  std::map<std::pair<unsigned, unsigned>, double> result;
  for (std::size_t row :
       things.rows_of_molecule.empty() ? std::vector<std::int32_t>() : things.rows_of_molecule) {
    const auto atom = [&](std::int32_t number) { return written.atoms[static_cast<std::size_t>(number)]; };
    std::pair<unsigned, unsigned> key;
    if (level == Readout::kNode) {
      key = {atom(things.numbers[row]), 0};
    } else {
      key = std::minmax(atom(things.ends[2 * row]), atom(things.ends[2 * row + 1]));
    }
    result[key] = ordered.values[row];
  }
  return result;
}

// True if the molecule was compared: some macrocycles RDKit writes as other molecules.
bool expect_same_however_written(const std::string& smiles, const FeaturizeOptions& options = {}) {
  const std::unique_ptr<RDKit::RWMol> mol(RDKit::SmilesToMol(smiles));
  const Molecule molecule = parse_smiles(smiles);
  for (const Readout level : {Readout::kNode, Readout::kEdge}) {
    const auto expected = predictions_of(written_at_random(*mol), level, options);
    for (int i = 0; i < 3; ++i) {
      const Written other = written_at_random(*mol);
      if (canonical_smiles(parse_smiles(other.smiles)) != canonical_smiles(molecule)) return false;
      EXPECT_EQ(predictions_of(other, level, options), expected) << smiles << " written as " << other.smiles;
    }
  }
  return true;
}

TEST(ThingPredictions, AtomsAndBondsHaveTheirValuesHoweverWritten) {
  FeaturizeOptions hydrogens;
  hydrogens.hydrogens = true;
  for (const char* smiles :
       {"CCO", "Cc1ccccc1", "c1ccc2ccccc2c1", "CC(C)(C)c1cc(C(C)(C)C)cc(C(C)(C)C)c1", "C1CC1",
        "FC(F)(F)C(F)(F)F", "C12C3C4C1C5C2C3C45", "C12C3C1C1C2C31", "c1ccc2c(c1)c1ccccc12",
        "O[C@H]1CC[C@@H](O)CC1", "F/C=C/C=C/F", "C[C@H]1C[C@@H](C)C1", "OC[C@@H](O)[C@H](O)CO",
        "[Na+].[Na+].[O-]S(=O)(=O)[O-]", "C[C@H](O)[C@@H](O)[C@H](C)O", "[2H]C([2H])([2H])O", "N", "CC.CC"}) {
    EXPECT_TRUE(expect_same_however_written(smiles)) << smiles;
    EXPECT_TRUE(expect_same_however_written(smiles, hydrogens)) << smiles;
  }
}

TEST(ThingPredictions, DrugLikeMoleculesHaveTheirValuesHoweverWritten) {
  const auto folder = test::rdkit_data_dir();
  if (!folder) GTEST_SKIP() << "rdkit-data is not installed (set RDBASE)";
  std::ifstream stream(*folder / "Contrib" / "FreeWilson" / "data" / "CHEMBL2321810.smi");
  int count = 0;
  for (std::string line; count < 100 && std::getline(stream, line);) {
    count += expect_same_however_written(line.substr(0, line.find(' '))) ? 1 : 0;
  }
  EXPECT_EQ(count, 100);
}

}  // namespace
}  // namespace plstm::test
