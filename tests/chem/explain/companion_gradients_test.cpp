#include "chem/explain/companion_gradients.hpp"

#include <memory>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace plstm {
namespace {

constexpr std::uint32_t kSecond = 1u << kCountFamilyShift;

TanimotoRidge ridge_of(const std::vector<std::vector<GraphCount>>& landmarks, std::vector<double> weights,
                       std::uint32_t families) {
  TanimotoRidge ridge;
  ridge.families = families;
  ridge.offsets = {0};
  for (const std::vector<GraphCount>& counts : landmarks) {
    ridge.counts.insert(ridge.counts.end(), counts.begin(), counts.end());
    ridge.offsets.push_back(static_cast<std::int64_t>(ridge.counts.size()));
  }
  ridge.means.assign(weights.size() / landmarks.size(), 0.25);
  ridge.weights = std::move(weights);
  check_tanimoto_ridge(ridge);
  return ridge;
}

TEST(CompanionGradients, OfOneLandmarkByHand) {
  // S / T = t / 2 for the first label. A label that the landmark lacks takes from it: t / (2 + 3 t).
  const TanimotoRidge ridge = ridge_of({{{1, 2}}}, {4}, 1);
  const Companion companion{ridge, 1};
  const CompanionGradients gradients(companion);
  const std::vector<GraphCount> one{{1, 1}}, two{{1, 1}, {5, 3}};
  EXPECT_NEAR(gradients.of_counts(one, 16).at(0), 4 * 0.5, 1e-12);
  const std::vector<double> both = gradients.of_counts(two, 4000);
  EXPECT_GT(both.at(0), 0);
  EXPECT_LT(both.at(1), 0);
  EXPECT_NEAR(both[0] + both[1], 4 * 1.0 / 5, 1e-5);
}

TEST(CompanionGradients, AddUpToThePrediction) {
  const TanimotoRidge ridge = ridge_of({{{1, 2}, {2, 1}, {kSecond, 1}},
                                        {{1, 5}, {7, 3}, {kSecond + 4, 2}},
                                        {{3, 1}, {kSecond, 9}, {kSecond + 4, 1}}},
                                       {1, -2, 3, 0.5, 0.25, -4}, 2);
  const TanimotoPredictor predictor(ridge);
  TanimotoPredictor::Workspace workspace;
  const std::vector<GraphCount> graph{{1, 3}, {3, 2}, {9, 1}, {kSecond, 4}, {kSecond + 4, 1}};
  std::vector<double> all(2), nothing(2), sums(2, 0.0);
  predictor.predict(graph, workspace, all);
  predictor.predict({}, workspace, nothing);
  const Companion companion{ridge, 1};
  const std::vector<double> contributions = CompanionGradients(companion).of_counts(graph, 4000);
  for (std::size_t i = 0; i < contributions.size(); ++i) sums[i % 2] += contributions[i];
  for (std::size_t task = 0; task < 2; ++task) EXPECT_NEAR(sums[task], all[task] - nothing[task], 1e-3);
}

TEST(CompanionGradients, OfDescriptorsAddUpToo) {
  TanimotoRidge ridge =
      ridge_of({{{1, 2}, {2, 1}}, {{1, 5}, {7, 3}}, {{3, 1}}}, {1, -2, 3, 0.5, 0.25, -4}, 1);
  ridge.descriptors = {{1, 10}, {2, 5}, 0.25, 0.75, 0, 0.8};
  ridge.descriptor_values = {0, 1, -1.5F, 0.5F, 2, -0.25F};
  ridge.kernel = {{300}, {20}, 0.2, 0.3, 0.5, 1};
  ridge.values = {0.5, -1, 0};
  check_tanimoto_ridge(ridge);
  const TanimotoPredictor predictor(ridge);
  TanimotoPredictor::Workspace workspace;
  const std::vector<GraphCount> graph{{1, 3}, {3, 2}, {9, 1}};
  const std::vector<float> whole{3, 14, 310}, empty{0, 0, 310};
  std::vector<double> all(2), nothing(2), sums(2, 0.0);
  predictor.predict(graph, workspace, all, whole);
  predictor.predict({}, workspace, nothing, empty);
  const Companion companion{ridge, 1};
  const CompanionGradients gradients(companion);
  const std::vector<double> of_counts = gradients.of_counts(graph, 4000, whole);
  const std::vector<double> of_descriptors = gradients.of_descriptors(empty, whole, 400);
  EXPECT_EQ(of_descriptors.size(), 4u);
  for (std::size_t i = 0; i < of_counts.size(); ++i) sums[i % 2] += of_counts[i];
  for (std::size_t i = 0; i < of_descriptors.size(); ++i) sums[i % 2] += of_descriptors[i];
  for (std::size_t task = 0; task < 2; ++task) EXPECT_NEAR(sums[task], all[task] - nothing[task], 1e-3);
}

// Trees ask for one count and for both values; the graph has the count, so that nothing is left over.
TEST(CompanionGradients, OfForestsAddUp) {
  Companion companion{ridge_of({{{1, 2}}}, {0, 0}, 1), 1};
  CountForest& forest = companion.forest;
  forest.labels = {3};
  forest.values = 2;
  forest.forests.resize(2);
  forest.forests[1] = {{{0, 2, 0.5F, 0.5F},
                        {-1, 0, 0, 0.25F},
                        {2, 4, 1.5F, 0.75F},
                        {-1, 0, 0, 0.5F},
                        {-1, 0, 0, 1},
                        {1, 2, 4, 0.5F},
                        {-1, 0, 0, 0},
                        {-1, 0, 0, 1}},
                       {0, 5},
                       3};
  forest.curves = {{0, 0}, {0.5, 0.25}};
  check_companion(companion, std::vector<Task>(2, {TaskType::kClassification}));
  const CompanionPredictor predictor(std::make_shared<const Companion>(companion));
  CompanionPredictor::Workspace workspace;
  const std::vector<GraphCount> graph{{3, 2}, {9, 1}};
  const std::vector<float> whole{5, 2}, empty{0, 0};
  std::vector<double> all(2), nothing(2);
  predictor.predict(graph, whole, workspace, all);
  predictor.predict({}, empty, workspace, nothing);
  const auto parts = CompanionGradients(companion).of_forests(graph, empty, whole);
  ASSERT_EQ(parts.counts.size(), 4u);
  ASSERT_EQ(parts.values.size(), 4u);
  EXPECT_GT(parts.counts[1], 0);
  EXPECT_EQ(parts.counts[3], 0) << "no tree asks for it";
  EXPECT_GT(parts.values[1], 0);
  EXPECT_NEAR(parts.counts[1] + parts.values[1] + parts.values[3], all[1] - nothing[1], 1e-6);
  EXPECT_EQ(all[0], nothing[0]) << "the first task has no forest";
  companion.forest = {};
  EXPECT_TRUE(CompanionGradients(companion).of_forests(graph, empty, whole).counts.empty());
}

TEST(CompanionGradients, NothingAndForeignFamiliesContributeNothing) {
  const TanimotoRidge ridge = ridge_of({{{1, 2}}}, {4}, 1);
  const Companion companion{ridge, 1};
  EXPECT_TRUE(CompanionGradients(companion).of_counts({}, 16).empty());
  const std::vector<GraphCount> foreign{{kSecond, 3}};
  EXPECT_EQ(CompanionGradients(companion).of_counts(foreign, 16), std::vector<double>{0});
}

}  // namespace
}  // namespace plstm
