#include "chem/explain/readout_gradients.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/fit_molecules.hpp>
#include <plstm/train/objectives/task.hpp>

#include "chem/explain/companion_gradients.hpp"

namespace plstm {
namespace {

using ::testing::SizeIs;

std::vector<std::string> alcohols_and_others() {
  std::vector<std::string> smiles;
  for (std::size_t i = 0; i < 40; ++i) {
    const char* groups[] = {"O", "N", "F", "Cl"};
    smiles.push_back(std::string(1 + i / 4, 'C') + groups[i % 4]);
  }
  return smiles;
}

MoleculePredictor fitted(Recipe recipe, const std::vector<double>& targets) {
  recipe.members = 2;
  recipe.epochs = 4;
  recipe.width = 8;
  return fit_molecules(alcohols_and_others(), targets, recipe);
}

std::vector<Explanation> explained(const MoleculePredictor& predictor, const std::vector<std::string>& smiles,
                                   int steps = 16) {
  std::vector<Occlusion> occlusions;
  for (const std::string& each : smiles)
    occlusions.emplace_back(parse_smiles(each), predictor.featurize_options());
  std::vector<Explanation> results(smiles.size());
  std::vector<const Occlusion*> molecules;
  std::vector<Explanation*> places;
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    molecules.push_back(&occlusions[i]);
    places.push_back(&results[i]);
  }
  ReadoutGradients(predictor.predictor(), steps).explain(molecules, places);
  return results;
}

double log_odds_of(double p) {
  return std::log(p / (1 - p));
}

// The members of a predictor without their companions.
MoleculePredictor networks_of(const MoleculePredictor& predictor) {
  std::vector<TrainedModel> members(predictor.predictor().members().begin(),
                                    predictor.predictor().members().end());
  for (TrainedModel& member : members) member.companion = nullptr;
  return MoleculePredictor(Predictor(std::move(members)));
}

void expect_complete(const MoleculePredictor& predictor, bool log_odds) {
  const std::vector<std::string> asked{"CCCO", "CC(C)CN", "C", "c1ccccc1Cl"};
  const auto predictions = predictor.predict(asked);
  const auto results = explained(predictor, asked, 1000);
  const std::size_t columns = predictor.columns().size();
  for (std::size_t i = 0; i < asked.size(); ++i) {
    ASSERT_THAT(results[i].prediction, SizeIs(columns));
    for (std::size_t c = 0; c < columns; ++c) {
      const double value = predictions[i].values[c];
      EXPECT_NEAR(results[i].prediction[c], log_odds ? log_odds_of(value) : value, 1e-4);
      double sum = 0;
      for (std::size_t place = c; place < results[i].atoms.size(); place += columns)
        sum += results[i].atoms[place];
      const double all = results[i].prediction[c] - results[i].baseline[c];
      EXPECT_NEAR(sum, all, 1e-3 * std::abs(all) + 1e-3) << asked[i] << " column " << c;
    }
  }
}

TEST(ReadoutGradients, OfNetworksAddUp) {
  std::vector<double> numbers, yes, classes;
  for (int i = 0; i < 40; ++i) {
    numbers.push_back(i / 4 - i % 4);
    yes.push_back(i % 4 < 2 ? 1 : 0);
    classes.push_back(i % 3);
  }
  expect_complete(networks_of(fitted(recipe::regression(), numbers)), false);
  expect_complete(networks_of(fitted(recipe::classification(), yes)), true);
  Recipe of_classes;
  of_classes.tasks = {Task{.type = TaskType::kMulticlass, .classes = 3}};
  expect_complete(networks_of(fitted(of_classes, classes)), true);
}

TEST(ReadoutGradients, CompanionsAddWhatTheirGradientsSay) {
  std::vector<double> numbers;
  for (int i = 0; i < 40; ++i) numbers.push_back(i / 4 - i % 4);
  const MoleculePredictor both = fitted(recipe::regression(), numbers);
  const auto& members = both.predictor().members();
  ASSERT_NE(members[0].companion, nullptr) << "the test is of a model with a companion";
  const double share = members[0].companion->share;
  ASSERT_GT(share, 0);
  const std::vector<std::string> asked{"CCCO"};
  const Explanation all = explained(both, asked)[0], networks = explained(networks_of(both), asked)[0];
  const Occlusion occlusion(parse_smiles(asked[0]), both.featurize_options());
  const AttributedGraph& whole = occlusion.whole();
  const CompanionGradients gradients(*members[0].companion);
  const std::vector<double> of_counts = gradients.of_counts(whole.graph_counts, 16, whole.graph_values);
  const std::vector<float> nothing(whole.graph_values.size());
  const std::vector<double> of_descriptors = gradients.of_descriptors(nothing, whole.graph_values, 16);
  ASSERT_FALSE(of_descriptors.empty()) << "numbers of atoms follow from descriptors";
  const auto tasks = static_cast<std::size_t>(members[0].companion->ridge.num_tasks());
  double of_companion = 0, difference = 0;
  for (const std::vector<double>* parts : {&of_counts, &of_descriptors}) {
    for (std::size_t i = 0; i < parts->size(); i += tasks) of_companion += (*parts)[i];
  }
  for (std::size_t atom = 0; atom < 4; ++atom)
    difference += all.atoms[atom] - (1 - share) * networks.atoms[atom];
  EXPECT_NEAR(difference, share * of_companion * members[0].scaler->scale()[0], 1e-4);
  EXPECT_NE(all.atoms[0], all.atoms[3]);
}

}  // namespace
}  // namespace plstm
