#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/train/training_step.hpp>

#include "support/seed.hpp"
#include "support/toy_graphs.hpp"

namespace plstm::test {
namespace {

// The gradient of a batch does not depend on how it is cut into shards, but for rounding.
TEST(TrainingStep, ShardsAddUpToTheBatch) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = toy_graphs(13, random);
  Matrix<float> targets = Matrix<float>::Random(13, 2);
  Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(13, 2);
  present(4, 1) = 0;
  GraphModelConfig config = toy_config();
  config.outputs = 2;
  const GraphModel model = make_graph_model(config);
  const std::vector<float> parameters = initial_values<float>(model.layout, 3);
  std::vector<std::int32_t> rows(13);
  std::iota(rows.begin(), rows.end(), 0);
  const TrainingData data{graphs, {targets.data(), 13, 2}, {present.data(), 13, 2}, rows, {}};

  TrainingStep whole(model, LossKind::kSquaredError, 13);
  TrainingStep parts(model, LossKind::kSquaredError, 4);
  const LossResult a = whole.run(parameters, data, rows, 0);
  const LossResult b = parts.run(parameters, data, rows, 0);
  EXPECT_EQ(a.count, 25);
  EXPECT_EQ(b.count, 25);
  EXPECT_NEAR(a.sum, b.sum, 1e-5 * a.sum);
  // Float sums of about a hundred terms in another order: compared with the largest entry.
  double largest = 0;
  for (const float g : whole.gradient()) largest = std::max(largest, std::abs(static_cast<double>(g)));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    ASSERT_NEAR(whole.gradient()[i], parts.gradient()[i], 1e-5 * largest) << i;
  }
}

TEST(TrainingStep, ABatchWithoutLabelsHasNoGradient) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = toy_graphs(3, random);
  const Matrix<float> targets = Matrix<float>::Zero(3, 1);
  const Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Zero(3, 1);
  const GraphModel model = make_graph_model(toy_config());
  const std::vector<float> parameters = initial_values<float>(model.layout, 3);
  const std::vector<std::int32_t> rows{0, 1, 2};
  TrainingStep step(model, LossKind::kSquaredError, 2);
  const LossResult loss =
      step.run(parameters, {graphs, {targets.data(), 3, 1}, {present.data(), 3, 1}, rows, {}}, rows, 0);
  EXPECT_EQ(loss.count, 0);
  for (const float g : step.gradient()) ASSERT_EQ(g, 0);
}

}  // namespace
}  // namespace plstm::test
