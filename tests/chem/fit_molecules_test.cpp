#include "plstm/chem/fit_molecules.hpp"

#include <limits>
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
  EXPECT_THROW(labeled_molecule_things(smiles, std::vector<std::vector<double>>(1), 1, Readout::kNode),
               ShapeError);
  FeaturizeOptions standardized;
  standardized.standardize.charges = true;
  EXPECT_THROW(labeled_molecule_things(smiles, targets, 2, Readout::kNode, standardized), ConfigError);
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
