#include "plstm/chem/fit_molecules.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/core/stopped_error.hpp>

#include "chem/molecule_impl.hpp"
#include "chem/values/contributions.hpp"
#include "support/data_folders.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::ThrowsMessage;

TEST(FitMolecules, MoleculesBecomeLabeledGraphs) {
  const std::vector<std::string> smiles{"CO", "c1ccccc1"};
  const std::vector<double> targets{-40499.97872, std::numeric_limits<double>::quiet_NaN(), 1, 2};
  const LabeledGraphs data = labeled_molecules(smiles, targets);
  EXPECT_EQ(data.num_graphs(), 2);
  EXPECT_EQ(data.num_tasks(), 2);
  EXPECT_EQ(data.targets()[0], -40499.97872);
  EXPECT_THAT(data.present(), ElementsAre(1, 0, 1, 1));
  EXPECT_EQ(data.graphs()[1].graph.dag.num_nodes(), 6);
  EXPECT_GT(data.graphs()[0].graph.graph_value_width, 0) << "descriptors are recommended";
  EXPECT_EQ(data.node_vocabulary_sizes(), vocabulary_sizes(atom_columns()));
  EXPECT_EQ(parse_featurizer(data.featurizer()), recommended_featurize_options());
  EXPECT_EQ(labeled_molecules(smiles, targets, {}).graphs()[0].graph.graph_value_width, 0);
}

TEST(FitMolecules, AtomsAndBondsHaveTargets) {
  const std::vector<std::string> smiles{"[H]OC", "N"};
  const std::vector<std::vector<double>> targets{{1, 10, 2, 20, 3, 30}, {4, 40}};
  const FeaturizeOptions options{BondOrientation::kInputOrder};
  const LabeledGraphs atoms = labeled_molecule_things(smiles, targets, 2, Readout::kNode, options);
  EXPECT_EQ(atoms.level(), Readout::kNode);
  EXPECT_THAT(atoms.targets(), ElementsAre(2, 20, 3, 30, 4, 40)) << "the hydrogen is left out";
  EXPECT_THAT(atoms.offsets(), ElementsAre(0, 2, 3));
  const std::vector<std::vector<double>> of_bonds{{7}, {}};
  EXPECT_THAT(labeled_molecule_things(smiles, of_bonds, 1, Readout::kEdge, options).targets(),
              ElementsAre(7));
  EXPECT_THAT([&] { labeled_molecule_things(smiles, targets, 1, Readout::kNode, options); },
              ThrowsMessage<ShapeError>(HasSubstr("molecule 0: 6 values for 2 atoms (3 with hydrogens)")));
  EXPECT_THROW(
      labeled_molecule_things(smiles, std::vector<std::vector<double>>(1), 1, Readout::kNode, options),
      ShapeError);
  FeaturizeOptions standardized;
  standardized.standardize.charges = true;
  EXPECT_THROW(labeled_molecule_things(smiles, targets, 2, Readout::kNode, standardized), ConfigError);
}

TEST(FitMolecules, AtomsAndBondsHaveTheSameTargetsHoweverWritten) {
  const std::vector<std::string> first{"OC(=O)C[C@H](N)C"}, second{"C[C@@H](N)CC(O)=O"};
  const std::vector<std::vector<double>> atoms{{0, 1, 2, 3, 4, 5, 6}}, other_atoms{{6, 4, 5, 3, 1, 0, 2}};
  const std::vector<std::vector<double>> bonds{{0, 1, 2, 3, 4, 5}}, other_bonds{{5, 4, 3, 2, 0, 1}};
  const FeaturizeOptions options;
  const LabeledGraphs a = labeled_molecule_things(first, atoms, 1, Readout::kNode, options);
  const LabeledGraphs b = labeled_molecule_things(second, other_atoms, 1, Readout::kNode, options);
  EXPECT_EQ(a.graphs()[0].graph, b.graphs()[0].graph);
  EXPECT_THAT(b.targets(), ::testing::ElementsAreArray(a.targets()));
  const LabeledGraphs c = labeled_molecule_things(first, bonds, 1, Readout::kEdge, options);
  const LabeledGraphs d = labeled_molecule_things(second, other_bonds, 1, Readout::kEdge, options);
  EXPECT_THAT(d.targets(), ::testing::ElementsAreArray(c.targets()));
}

// Gasteiger's charges depend on all atoms within some bonds, which the mean of equal environments does not know.
TEST(FitMolecules, LearnsTheChargesOfAtoms) {
  const auto folder = rdkit_data_dir();
  if (!folder) GTEST_SKIP() << "rdkit-data is not installed (set RDBASE)";
  std::ifstream stream(*folder / "Contrib" / "FreeWilson" / "data" / "CHEMBL2321810.smi");
  std::vector<std::string> smiles;
  std::vector<std::vector<double>> targets;
  for (std::string line; smiles.size() < 100 && std::getline(stream, line);) {
    smiles.push_back(line.substr(0, line.find(' ')));
    const Molecule molecule = parse_smiles(smiles.back());
    const Structure structure(rdkit_mol(molecule));
    const AtomContributions contributions(structure);
    targets.push_back(contributions.charges);
  }
  ASSERT_EQ(smiles.size(), 100u) << "rdkit-data lacks the molecules";
  const std::vector<std::string> known(smiles.begin(), smiles.end() - 20),
      others(smiles.end() - 20, smiles.end());
  Recipe recipe = recipe::regression();
  recipe.members = 1;
  recipe.epochs = 12;
  recipe.width = 32;
  const FeaturizeOptions codes_alone;
  const MoleculePredictor predictor(fit(
      labeled_molecule_things(known, std::span(targets).first(80), 1, Readout::kNode, codes_alone), recipe));
  const auto results = predictor.predict(others);
  double errors = 0, squares = 0, sum = 0, count = 0;
  for (std::size_t i = 0; i < others.size(); ++i) {
    ASSERT_EQ(results[i].values.size(), targets[80 + i].size());
    for (std::size_t atom = 0; atom < results[i].values.size(); ++atom) {
      const double truth = targets[80 + i][atom];
      errors += std::pow(results[i].values[atom] - truth, 2);
      squares += truth * truth;
      sum += truth;
      count += 1;
    }
  }
  EXPECT_LT(errors / (squares - sum * sum / count), 0.1) << "R2 is less than .9";
}

TEST(FitMolecules, NamesTheMoleculeThatCannotBeRead) {
  const std::vector<std::string> smiles{"CO", "C1CC"};
  EXPECT_THAT(
      [&] {
        labeled_molecules(smiles, std::vector<double>{1, 2});
      },
      ThrowsMessage<MoleculeError>(HasSubstr("molecule 1: ")));
  EXPECT_THAT(
      [&] {
        labeled_molecules(smiles, std::vector<double>{1, 2, 3});
      },
      ThrowsMessage<ShapeError>(HasSubstr("3 targets for 2 SMILES")));
}

TEST(FitMolecules, LeavesOutWhatCannotBeRead) {
  const std::vector<std::string> smiles{"CO", "C1CC", "CCN", ""};
  const std::vector<double> targets{1, 2, 3, 4};
  const ReadableMolecules readable = readable_molecules(smiles, targets);
  EXPECT_THAT(readable.rows, ElementsAre(0, 2));
  EXPECT_THAT(readable.data.targets(), ElementsAre(1, 3));
  EXPECT_THAT(readable.data.numbers(), ElementsAre(0, 2))
      << "neighbours are named by their place in the list";
  EXPECT_THAT(readable.errors, ElementsAre("", HasSubstr("C1CC"), "", Not(IsEmpty())));
  EXPECT_EQ(readable.data.graphs()[1].graph,
            labeled_molecules(std::span(smiles).subspan(2, 1), std::vector<double>{3}).graphs()[0].graph);
  EXPECT_THROW(readable_molecules(smiles, std::vector<double>(3)), ShapeError);
  EXPECT_EQ(readable_molecules({}, {}).data.num_graphs(), 0);
}

TEST(FitMolecules, MoleculesHaveWeights) {
  const std::vector<std::string> smiles{"CO", "no molecule", "CCO"};
  const std::vector<double> targets{1, 2, 3};
  const std::vector<double> weights{0.5, 7, 0};
  const ReadableMolecules readable = readable_molecules(smiles, targets, {}, {}, {}, weights);
  EXPECT_THAT(readable.data.weights(), ElementsAre(0.5F, 0.F)) << "each molecule keeps its own";
  const std::vector<std::string> good{"CO", "N", "CCO"};
  EXPECT_THAT(labeled_molecules(good, targets, {}, {}, weights).weights(), ElementsAre(0.5F, 7.F, 0.F));
  EXPECT_THAT(labeled_molecules(good, targets, {}).weights(), ElementsAre(1.F, 1.F, 1.F));
  const std::vector<double> two{1, 2};
  EXPECT_THROW(labeled_molecules(good, targets, {}, {}, two), ShapeError);
  for (const double bad : {-1.0, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> with_bad{1, bad, 1};
    EXPECT_THAT([&] { labeled_molecules(good, targets, {}, {}, with_bad); },
                ThrowsMessage<ConfigError>(HasSubstr("expected 0 or more")));
  }
}

TEST(FitMolecules, ReadingCanBeStopped) {
  const std::vector<std::string> smiles{"CO", "C1CC"};
  EXPECT_THROW(readable_molecules(smiles, {}, recommended_featurize_options(), {}, [] { return true; }),
               StoppedError);
}

// Offsets of this size have lost their digits where targets were floats.
TEST(FitMolecules, KeepsTheDigitsOfTargetsWithALargeOffset) {
  const std::vector<std::string> smiles{"C", "CC", "CCC", "CCCC", "CCCCC", "CCCCCC"};
  std::vector<double> targets;
  for (std::size_t i = 0; i < smiles.size(); ++i)
    targets.push_back(-40499.97872 + 1e-4 * static_cast<double>(i));
  Recipe recipe = recipe::regression();
  recipe.members = 1;
  recipe.epochs = 60;
  recipe.validation_share = 0;
  const MoleculePredictor predictor = fit_molecules(smiles, targets, recipe);
  const auto results = predictor.predict(smiles);
  for (std::size_t i = 0; i < smiles.size(); ++i) EXPECT_NEAR(results[i].values[0], targets[i], 3e-4);
  EXPECT_LT(results[0].values[0], results[5].values[0]);
}

}  // namespace
}  // namespace plstm::test
