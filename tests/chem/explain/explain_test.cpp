#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/explain/explain.hpp>
#include <plstm/chem/fit_molecules.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::vector<std::string> kSmiles{"C",       "CC",  "CCC",  "CCO",     "c1ccccc1",
                                       "CC(=O)O", "CCN", "CCCl", "C1CCCC1", "CO"};

MoleculePredictor small_model(Recipe recipe, std::vector<double> targets) {
  recipe.members = 2;
  recipe.epochs = 2;
  recipe.width = 8;
  return fit_molecules(kSmiles, targets, recipe);
}

MoleculePredictor regression() {
  return small_model(recipe::regression(), {1, 2, 3, 2.5, 6, 3.5, 2.5, 3, 5, 1.5});
}

double sum_of(std::span<const double> contributions, std::size_t columns, std::size_t column) {
  double sum = 0;
  for (std::size_t i = column; i < contributions.size(); i += columns) sum += contributions[i];
  return sum;
}

TEST(Explain, AddsUpToThePrediction) {
  const MoleculePredictor predictor = regression();
  const std::vector<std::string> asked{"CC(=O)Nc1ccccc1", "C"};
  const auto explanations = explain(predictor, asked, {.fragments = true});
  const auto predictions = predictor.predict(asked);
  ASSERT_THAT(explanations, SizeIs(2));
  for (std::size_t i = 0; i < 2; ++i) {
    const Explanation& e = explanations[i];
    ASSERT_TRUE(e) << e.error;
    EXPECT_NEAR(e.prediction[0], predictions[i].values[0], 1e-5);
    EXPECT_NEAR(e.baseline[0] + sum_of(e.atoms, 1, 0) + e.interaction[0], e.prediction[0], 1e-9);
    EXPECT_NEAR(e.baseline[0] + sum_of(e.of_fragments, 1, 0) + e.fragment_interaction[0], e.prediction[0],
                1e-9);
  }
  EXPECT_THAT(explanations[0].symbols,
              testing::ElementsAre("C", "C", "O", "N", "C", "C", "C", "C", "C", "C"));
  EXPECT_THAT(explanations[0].of_fragments, SizeIs(3));
  // Without its only atom nothing is left.
  EXPECT_NEAR(explanations[1].atoms[0], explanations[1].prediction[0] - explanations[1].baseline[0], 1e-9);
  EXPECT_NEAR(explanations[0].baseline[0], explanations[1].baseline[0], 1e-4);
}

TEST(Explain, EquivalentAtomsContributeTheSame) {
  const Explanation e = explain(regression(), std::vector<std::string>{"Oc1ccccc1"})[0];
  ASSERT_TRUE(e) << e.error;
  EXPECT_NE(e.atoms[0], e.atoms[1]);
  // The orientation of the network tells them apart, the values of atoms and molecule do not.
  EXPECT_NEAR(e.atoms[2], e.atoms[6], 0.5 * std::abs(e.atoms[2] - e.atoms[0]) + 0.05);
}

TEST(Explain, AModelWithACompanion) {
  std::vector<std::string> smiles;
  std::vector<double> targets;
  for (std::size_t i = 1; i <= 40; ++i) {
    smiles.push_back(std::string(1 + i % 10, 'C') + (i % 4 == 0   ? "O"
                                                     : i % 4 == 1 ? "N"
                                                     : i % 4 == 2 ? "F"
                                                                  : "Cl"));
    targets.push_back(static_cast<double>(i % 10) - static_cast<double>(i % 4));
  }
  Recipe recipe = recipe::regression();
  recipe.members = 2;
  recipe.epochs = 2;
  recipe.width = 8;
  const MoleculePredictor predictor = fit_molecules(smiles, targets, recipe);
  ASSERT_TRUE(predictor.featurize_options().counts) << "the test is of a model with a companion";
  const Explanation e = explain(predictor, std::vector<std::string>{"CCCO"})[0];
  ASSERT_TRUE(e) << e.error;
  EXPECT_NEAR(e.baseline[0] + sum_of(e.atoms, 1, 0) + e.interaction[0], e.prediction[0], 1e-9);
  EXPECT_NE(e.atoms[0], e.atoms[3]);
}

TEST(Explain, BadMoleculesHaveErrors) {
  const auto explanations =
      explain(regression(), std::vector<std::string>{"C1CC", "CCO", ""}, {.fragments = true});
  EXPECT_THAT(explanations[0].error, HasSubstr("C1CC"));
  EXPECT_THAT(explanations[0].atoms, IsEmpty());
  EXPECT_TRUE(explanations[1]);
  EXPECT_FALSE(explanations[2]);
  EXPECT_THAT(explain(regression(), std::vector<std::string>{}), IsEmpty());
}

TEST(Explain, ProbabilitiesAreLogOdds) {
  const MoleculePredictor predictor = small_model(recipe::classification(), {0, 0, 0, 1, 0, 1, 0, 1, 0, 1});
  EXPECT_THAT(explains_log_odds(predictor.predictor()), testing::ElementsAre(true));
  const std::vector<std::string> asked{"CCO"};
  const double p = predictor.predict(asked)[0].values[0];
  EXPECT_NEAR(explain(predictor, asked)[0].prediction[0], std::log(p / (1 - p)), 1e-4);
  EXPECT_THAT(explains_log_odds(regression().predictor()), testing::ElementsAre(false));
}

TEST(Explain, EveryTargetHasItsContributions) {
  std::vector<double> targets;
  for (int i = 0; i < 10; ++i) targets.insert(targets.end(), {i * 1.0, -i * 2.0});
  const MoleculePredictor predictor = small_model(recipe::regression(), targets);
  const Explanation e = explain(predictor, std::vector<std::string>{"CCO"})[0];
  ASSERT_THAT(e.atoms, SizeIs(6));
  for (std::size_t c = 0; c < 2; ++c)
    EXPECT_NEAR(e.baseline[c] + sum_of(e.atoms, 2, c) + e.interaction[c], e.prediction[c], 1e-9);
  EXPECT_NE(e.prediction[0], e.prediction[1]);
}

TEST(Explain, MethodsHaveNames) {
  for (const ExplainMethod method : {ExplainMethod::kOcclusion, ExplainMethod::kGradient})
    EXPECT_EQ(parse_explain_method(name(method)), method);
  EXPECT_THROW(parse_explain_method("shap"), ConfigError);
}

TEST(Explain, GradientsHaveTheBaselineOfOcclusionAndFragmentsAddUp) {
  const MoleculePredictor predictor = regression();
  const std::vector<std::string> asked{"CC(=O)Nc1ccccc1", "C1CC", "C"};
  const auto exact = explain(predictor, asked, {.fragments = true});
  const auto gradients = explain(predictor, asked, {.method = ExplainMethod::kGradient, .fragments = true});
  EXPECT_FALSE(gradients[1]);
  for (const std::size_t i : {0u, 2u}) {
    const Explanation& e = gradients[i];
    ASSERT_TRUE(e) << e.error;
    EXPECT_NEAR(e.prediction[0], exact[i].prediction[0], 1e-4);
    EXPECT_NEAR(e.baseline[0], exact[i].baseline[0], 1e-4);
    EXPECT_EQ(e.symbols, exact[i].symbols);
    EXPECT_EQ(e.fragments, exact[i].fragments);
    EXPECT_NEAR(sum_of(e.of_fragments, 1, 0), sum_of(e.atoms, 1, 0), 1e-9);
    EXPECT_NEAR(e.baseline[0] + sum_of(e.atoms, 1, 0) + e.interaction[0], e.prediction[0], 1e-9);
  }
}

TEST(Explain, TheSameForEveryNumberOfThreads) {
  const MoleculePredictor predictor = regression();
  std::vector<Explanation> one;
  {
    const ThreadLimit limit(1);
    one = explain(predictor, kSmiles, {.fragments = true});
  }
  const ThreadLimit limit(4);
  const auto four = explain(predictor, kSmiles, {.fragments = true});
  const auto gradients = explain(predictor, kSmiles, {.method = ExplainMethod::kGradient});
  {
    const ThreadLimit serial(1);
    const auto same = explain(predictor, kSmiles, {.method = ExplainMethod::kGradient});
    for (std::size_t i = 0; i < kSmiles.size(); ++i) EXPECT_EQ(same[i].atoms, gradients[i].atoms);
  }
  for (std::size_t i = 0; i < kSmiles.size(); ++i) {
    EXPECT_EQ(one[i].atoms, four[i].atoms);
    EXPECT_EQ(one[i].of_fragments, four[i].of_fragments);
    EXPECT_EQ(one[i].baseline, four[i].baseline);
  }
}

TEST(Explain, ColumnsBesideTheMoleculeStayAsTheyAre) {
  std::vector<std::string> smiles;
  std::vector<double> targets;
  MoleculeColumns columns{{"temperature"}, {}};
  for (std::size_t i = 0; i < 40; ++i) {
    smiles.push_back(std::string(1 + i % 8, 'C') + (i % 2 == 0 ? "O" : "N"));
    columns.values.push_back(300 + static_cast<double>(i * 7 % 11));
    targets.push_back(static_cast<double>(i % 8) + columns.values.back() - 300);
  }
  Recipe recipe = recipe::regression();
  recipe.members = 2;
  recipe.epochs = 3;
  recipe.width = 8;
  const MoleculePredictor predictor = fit_molecules(smiles, targets, recipe, {}, columns);
  ASSERT_NE(predictor.predictor().members()[0].companion, nullptr);
  const std::vector<std::string> asked{"CCCO", "CCCO"};
  const std::vector<double> at{302, 309};
  const auto predictions = predictor.predict(asked, at);
  for (const ExplainMethod method : {ExplainMethod::kOcclusion, ExplainMethod::kGradient}) {
    const auto explanations = explain(predictor, asked, {.method = method}, at);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const Explanation& e = explanations[i];
      ASSERT_TRUE(e) << e.error;
      EXPECT_NEAR(e.prediction[0], predictions[i].values[0], 1e-4);
      EXPECT_NEAR(e.baseline[0] + sum_of(e.atoms, 1, 0) + e.interaction[0], e.prediction[0], 1e-9);
    }
    EXPECT_GT(explanations[1].baseline[0], explanations[0].baseline[0] + 0.1)
        << "also without atoms it is warmer";
  }
  EXPECT_THROW(explain(predictor, asked), ShapeError);
}

TEST(Explain, SeveralMoleculesARow) {
  std::vector<std::string> smiles;
  std::vector<double> targets;
  for (std::size_t i = 0; i < 40; ++i) {
    smiles.push_back(std::string(1 + i % 8, 'C') + (i % 2 == 0 ? "O" : "N"));
    smiles.emplace_back(i % 3 == 0 ? "O" : "CCCC");
    targets.push_back(static_cast<double>(i % 8) + (i % 3 == 0 ? 3 : 0));
  }
  Recipe recipe = recipe::regression();
  recipe.members = 2;
  recipe.epochs = 3;
  recipe.width = 8;
  const std::vector<std::string> names{"solute", "solvent"};
  const MoleculePredictor predictor = fit_molecules(smiles, targets, recipe, {}, {}, names);
  ASSERT_NE(predictor.predictor().members()[0].companion, nullptr);
  const std::vector<std::string> asked{"CCCO", "O", "CC", "CCCC"};
  const auto predictions = predictor.predict(asked);
  for (const ExplainMethod method : {ExplainMethod::kOcclusion, ExplainMethod::kGradient}) {
    const auto explanations = explain(predictor, asked, {.method = method, .fragments = true});
    ASSERT_THAT(explanations, SizeIs(2));
    for (std::size_t i = 0; i < 2; ++i) {
      const Explanation& e = explanations[i];
      ASSERT_TRUE(e) << e.error;
      EXPECT_NEAR(e.prediction[0], predictions[i].values[0], 1e-4);
      EXPECT_NEAR(e.baseline[0] + sum_of(e.atoms, 1, 0) + e.interaction[0], e.prediction[0], 1e-9);
    }
    EXPECT_THAT(explanations[0].symbols, testing::ElementsAre("C", "C", "C", "O", "O"));
    EXPECT_THAT(explanations[0].fragments.back().atoms, testing::ElementsAre(4));
  }
  EXPECT_THROW(explain(predictor, std::vector<std::string>{"C"}), ShapeError);
}

}  // namespace
}  // namespace plstm
