#include "plstm/chem/molecule_predictor.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::vector<std::string> kSmiles{"C",       "CC",  "CCC",  "CCO",     "c1ccccc1",
                                       "CC(=O)O", "CCN", "CCCl", "C1CCCC1", "CO"};
const std::vector<double> kTargets{1, 2, 3, 2.5, 6, 3.5, 2.5, 3, 5, 1.5};

Recipe quick_recipe() {
  Recipe recipe = recipe::regression();
  recipe.members = 2;
  recipe.epochs = 2;
  recipe.width = 8;
  return recipe;
}

TEST(MoleculePredictor, GivesAValueOrAnErrorForEachSmiles) {
  const MoleculePredictor predictor = fit_molecules(kSmiles, kTargets, quick_recipe());
  const std::vector<std::string> asked{"CCO", "C1CC", "", "OCC", "not a molecule"};
  const std::vector<MoleculePrediction> results = predictor.predict(asked);
  ASSERT_THAT(results, SizeIs(5));
  EXPECT_TRUE(results[0]);
  EXPECT_THAT(results[0].values, SizeIs(1));
  EXPECT_THAT(results[1].error, HasSubstr("C1CC"));
  EXPECT_THAT(results[1].values, IsEmpty());
  EXPECT_FALSE(results[2]);
  EXPECT_FALSE(results[4]);
  const double alone = predictor.predict(std::string("OCC")).values[0];
  if (instruction_set() == InstructionSet::kBaseline) {  // Eigen rounds a row by its place in the matrix
    EXPECT_NEAR(results[3].values[0], results[0].values[0], 1e-4);
    EXPECT_NEAR(alone, results[0].values[0], 1e-4);
  } else {
    EXPECT_EQ(results[3].values, results[0].values) << "another way to write the same molecule";
    EXPECT_EQ(alone, results[0].values[0]) << "alone as among others";
  }
  EXPECT_THAT(predictor.predict(std::span<const std::string>()), IsEmpty());
}

// Charges that follow from the element and its neighbours.
double charge_of(const MoleculeThings& things, std::size_t row) {
  return things.symbols[row] == "O" ? -0.4 : things.symbols[row] == "N" ? -0.3 : 0.1;
}

TEST(MoleculePredictor, AtomsHaveTheirValuesWhereverTheyStand) {
  std::vector<std::vector<double>> targets;
  for (const std::string& smiles : kSmiles) {
    const Molecule molecule = parse_smiles(smiles);
    const MoleculeThings things = things_of_smiles(smiles, molecule, featurize(molecule), Readout::kNode);
    std::vector<double>& of_atoms = targets.emplace_back();
    for (std::size_t row = 0; row < things.num_rows(); ++row) of_atoms.push_back(charge_of(things, row));
  }
  Recipe recipe = quick_recipe();
  recipe.epochs = 60;
  recipe.validation_share = 0.2;
  const MoleculePredictor predictor(
      fit(labeled_molecule_things(kSmiles, targets, 1, Readout::kNode,
                                  recommended_featurize_options(Preset::kDefault, Readout::kNode)),
          recipe));
  EXPECT_EQ(predictor.level(), Readout::kNode);
  const std::vector<std::string> asked{"OCC", "CCO", "[H]OC([H])C", "x", "Cc1ccccc1"};
  const auto results = predictor.predict(asked);
  ASSERT_THAT(results[0].values, SizeIs(3));
  EXPECT_LT(results[0].values[0], results[0].values[1] - 0.2) << "oxygen";
  ASSERT_THAT(results[4].values, SizeIs(7));
  EXPECT_EQ(results[4].values[2], results[4].values[6]) << "both are in ortho position";
  EXPECT_EQ(results[4].values[3], results[4].values[5]);
  EXPECT_FALSE(results[3]);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(results[1].values[i], results[0].values[2 - i], 1e-5);
    EXPECT_NEAR(results[2].values[i], results[0].values[i], 1e-5);
  }
  const auto certain = predictor.predict(asked, 0.5);
  ASSERT_THAT(certain[0].certainty, SizeIs(3));
  EXPECT_NEAR((certain[0].certainty[1].low + certain[0].certainty[1].high) / 2, results[0].values[1], 1e-9);
  EXPECT_THAT(certain[3].certainty, IsEmpty());
}

TEST(MoleculePredictor, ComesBackFromAFileOrAFolder) {
  const TemporaryFolder folder;
  const MoleculePredictor predictor = fit_molecules(kSmiles, kTargets, quick_recipe());
  predictor.save(folder / "model.safetensors");
  const auto expected = predictor.predict(kSmiles);
  for (const auto& path : {folder / "model.safetensors", folder / ""}) {
    const MoleculePredictor loaded = MoleculePredictor::load(path);
    EXPECT_EQ(loaded.featurize_options(), predictor.featurize_options());
    EXPECT_EQ(loaded.columns(), predictor.columns());
    const auto results = loaded.predict(kSmiles);
    for (std::size_t i = 0; i < kSmiles.size(); ++i) EXPECT_EQ(results[i].values, expected[i].values);
  }
}

TEST(MoleculePredictor, RepeatsHowMoleculesWereStandardised) {
  FeaturizeOptions options = recommended_featurize_options();
  options.standardize = kUsualStandardize;
  const MoleculePredictor predictor(fit(labeled_molecules(kSmiles, kTargets, options), quick_recipe()));
  EXPECT_EQ(predictor.featurize_options().standardize, kUsualStandardize);
  const double acid = predictor.predict(std::string("CC(=O)O")).values[0];
  EXPECT_EQ(predictor.predict(std::string("[Na+].CC(=O)[O-]")).values[0], acid);
  EXPECT_EQ(predictor.predict(std::vector<std::string>{"CC(=O)O.O"}, 0.5)[0].domain.nearest[0].similarity, 1);
  const MoleculePredictor plain = fit_molecules(kSmiles, kTargets, quick_recipe());
  EXPECT_NE(plain.predict(std::string("[Na+].CC(=O)[O-]")).values[0],
            plain.predict(std::string("CC(=O)O")).values[0]);
}

TEST(MoleculePredictor, ReadsHydrogensAsAtoms) {
  FeaturizeOptions options = recommended_featurize_options();
  options.hydrogens = true;
  const MoleculePredictor predictor(fit(labeled_molecules(kSmiles, kTargets, options), quick_recipe()));
  EXPECT_EQ(predictor.predict(std::string("OCC")).values, predictor.predict(std::string("CCO")).values);
  const auto certain = predictor.predict(std::vector<std::string>{std::string(9, 'C')}, 0.5);
  EXPECT_THAT(certain[0].domain.warning, HasSubstr("29 atoms with hydrogens (5 to 15 were seen)"));
}

TEST(MoleculePredictor, SaysHowSureItIs) {
  std::vector<std::string> smiles;
  std::vector<double> targets;
  for (int chain = 1; chain <= 12; ++chain) {
    for (const char* end : {"", "O", "N", "Cl"}) {
      smiles.push_back(std::string(static_cast<std::size_t>(chain), 'C') + end);
      targets.push_back(chain + (*end == 'O' ? 3 : 0));
    }
  }
  const MoleculePredictor predictor = fit_molecules(smiles, targets, quick_recipe());
  const std::vector<std::string> asked{"CCCCO", "CC[Se]C", "C1CC"};
  const auto results = predictor.predict(asked, 0.8, 2);
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_EQ(results[0].prediction.values, predictor.predict(asked[0]).values);
  ASSERT_THAT(results[0].certainty, SizeIs(1));
  EXPECT_LT(results[0].certainty[0].low, results[0].prediction.values[0]);
  EXPECT_GT(results[0].certainty[0].high, results[0].prediction.values[0]);
  ASSERT_THAT(results[0].domain.nearest, SizeIs(2));
  EXPECT_EQ(results[0].domain.nearest[0].similarity, 1);
  EXPECT_EQ(smiles[static_cast<std::size_t>(results[0].domain.nearest[0].number)], "CCCCO");
  EXPECT_THAT(results[0].domain.warning, IsEmpty());
  EXPECT_THAT(results[1].domain.warning, HasSubstr("element Se"));
  EXPECT_THAT(
      predictor.predict(std::vector<std::string>{"c1ccccc1", std::string(40, 'C')}, 0.8, 0)[0].domain.warning,
      HasSubstr("an atom that is aromatic"));
  EXPECT_THAT(predictor.predict(std::vector<std::string>{std::string(40, 'C')}, 0.8)[0].domain.warning,
              HasSubstr("40 heavy atoms (1 to 13 were seen)"));
  EXPECT_THAT(results[2].prediction.error, HasSubstr("C1CC"));
  EXPECT_THAT(results[2].certainty, IsEmpty());
  EXPECT_THAT(results[2].domain.nearest, IsEmpty());
  EXPECT_THROW(predictor.predict(asked, 1.0), ConfigError);
  std::vector<TrainedModel> models(predictor.predictor().members().begin(),
                                   predictor.predictor().members().end());
  models.front().calibration = nullptr;
  EXPECT_THROW(MoleculePredictor(Predictor(models)).predict(asked, 0.8), ConfigError);
}

TEST(MoleculePredictor, RefusesModelsThatWereNotTrainedOnMolecules) {
  const TemporaryFolder folder;
  LabeledGraphs data;
  for (const double target : {1.0, 2.0, 3.0}) {
    AttributedGraph graph;
    graph.dag = Dag(1, {});
    graph.node_value_width = 1;
    graph.node_values = {static_cast<float>(target)};
    data.add(std::move(graph), {target});
  }
  Recipe recipe = quick_recipe();
  fit(data, recipe).save(folder / "graphs.safetensors");
  try {
    MoleculePredictor::load(folder / "graphs.safetensors");
    FAIL() << "took a model of other graphs";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr("graphs.safetensors: "));
    EXPECT_THAT(error.what(), HasSubstr("not trained on molecules"));
  }
}

TEST(MoleculePredictor, FeaturizerComesBackFromItsText) {
  const FeaturizeOptions options{BondOrientation::kBreadthFirst, true, true};
  EXPECT_EQ(parse_featurizer(featurizer_json(options)), options);
  EXPECT_EQ(parse_featurizer(featurizer_json({})), FeaturizeOptions());
  EXPECT_THAT(featurizer_json({}), Not(AnyOf(HasSubstr("standardize"), HasSubstr("\"hydrogens\""))))
      << "older versions read it";
  FeaturizeOptions standard;
  standard.hydrogens = true;
  standard.standardize = kUsualStandardize;
  EXPECT_EQ(parse_featurizer(featurizer_json(standard)), standard);
  std::string unknown = featurizer_json(standard);
  unknown.replace(unknown.find("\"cleanup\""), 9, "\"wash\"");
  EXPECT_THROW(parse_featurizer(unknown), FileError);
  EXPECT_THROW(parse_featurizer("{}"), FileError);
  EXPECT_THROW(parse_featurizer("["), FileError);
}

TEST(MoleculePredictor, ReadsColumnsBesideTheMolecules) {
  MoleculeColumns columns{{"temperature"}, {}};
  for (std::size_t i = 0; i < kSmiles.size(); ++i)
    columns.values.push_back(280 + 5.0 * static_cast<double>(i));
  Recipe recipe = quick_recipe();
  recipe.epochs = 30;
  const TemporaryFolder folder;
  fit_molecules(kSmiles, columns.values, recipe, {}, columns).save(folder / "model.safetensors");
  const MoleculePredictor predictor = MoleculePredictor::load(folder / "model.safetensors");
  EXPECT_THAT(predictor.featurize_options().columns, ElementsAre("temperature"));
  const std::vector<std::string> asked{"CCO", "CCO", "C1CC"};
  const auto results = predictor.predict(asked, std::vector<double>{281, 324, 300});
  ASSERT_TRUE(results[0] && results[1]);
  EXPECT_GT(results[1].values[0], results[0].values[0]) << "the target is the temperature";
  EXPECT_FALSE(results[2]);
  const auto blind = predictor.predict(asked);
  EXPECT_THAT(blind[0].error, HasSubstr("expected 1 (temperature)"));
  EXPECT_THROW(predictor.predict(asked, std::vector<double>{281}), ShapeError);
  const auto certain = predictor.predict(asked, std::vector<double>{281, 500, 300}, 0.5);
  EXPECT_EQ(certain[0].domain.warning, "");
  EXPECT_EQ(certain[1].domain.warning, "never seen in training: temperature 500 (280 to 325 were seen)");
}

TEST(MoleculePredictor, FeaturesNameTheirColumns) {
  FeaturizeOptions options;
  const std::string without = featurizer_json(options);
  EXPECT_THAT(without, Not(HasSubstr("columns")));
  options.columns = {"temperature", "c (mol/l)"};
  EXPECT_EQ(parse_featurizer(featurizer_json(options)), options);
  std::string damaged = featurizer_json(options);
  damaged.replace(damaged.find("\"temperature\""), 13, "7");
  EXPECT_THROW(parse_featurizer(damaged), FileError);
}

TEST(MoleculePredictor, ReadsSeveralMoleculesARow) {
  std::vector<std::string> smiles;
  std::vector<double> targets;
  for (const std::string& solute : kSmiles) {
    for (const char* const solvent : {"O", "CCCCCC"}) {
      smiles.insert(smiles.end(), {solute, solvent});
      targets.push_back(static_cast<double>(solute.size()) + (solvent[0] == 'O' ? 5 : 0));
    }
  }
  Recipe recipe = quick_recipe();
  recipe.epochs = 20;
  const std::vector<std::string> names{"solute", "solvent"};
  const TemporaryFolder folder;
  fit_molecules(smiles, targets, recipe, {}, {}, names).save(folder / "model.safetensors");
  const MoleculePredictor predictor = MoleculePredictor::load(folder / "model.safetensors");
  EXPECT_EQ(predictor.featurize_options().molecules, names);
  const auto results = predictor.predict(std::vector<std::string>{"CCO", "O", "CCO", "CCCCCC", "C1", "O"});
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_GT(results[0].values[0], results[1].values[0] + 1) << "the solvent decides";
  EXPECT_THAT(results[2].error, HasSubstr("solute: "));
  EXPECT_THROW(predictor.predict(std::vector<std::string>{"CCO", "O", "C"}), ShapeError);
  EXPECT_THROW(predictor.predict(std::string("CCO")), ShapeError);
  const auto certain = predictor.predict(std::vector<std::string>{"CCO", "O"}, 0.5);
  EXPECT_EQ(certain[0].domain.nearest[0].similarity, 1);
  EXPECT_EQ(certain[0].domain.warning, "");
}

}  // namespace
}  // namespace plstm::test
