#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <numeric>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/ranks/thread_ranks.hpp>
#include <plstm/train/loop/adamw.hpp>
#include <plstm/train/loop/gradient_clip.hpp>
#include <plstm/train/loop/training_step.hpp>

#include "support/count_allocations.hpp"
#include "support/seed.hpp"
#include "support/toy_graphs.hpp"
#include "support/vectors.hpp"

namespace plstm::test {
namespace {

// Wide enough that products in bfloat16 are made.
GraphModelConfig wide_config() {
  GraphModelConfig config = toy_config();
  config.width = 32;
  return config;
}

// A batch of toy graphs with a label each, and a model for it.
struct WideBatch {
  Random random{kSeed};
  std::vector<PreparedGraph> graphs = toy_graphs(24, random);
  std::vector<float> targets = random_normal<float>(24, random);
  Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(24, 1);
  GraphModel model = make_graph_model(wide_config());
  std::vector<float> parameters = initial_values<float>(model.layout, 3);
  std::vector<std::int32_t> rows = [] {
    std::vector<std::int32_t> all(24);
    std::iota(all.begin(), all.end(), 0);
    return all;
  }();
  TrainingData data{{targets.data(), 24, 1}, {present.data(), 24, 1}, rows, {}};

  Learner learner() const { return graph_learner(model, graphs); }
};

#define SKIP_WITHOUT_BFLOAT16()                       \
  if (bfloat16_products() == Bfloat16Products::kNone) \
  GTEST_SKIP() << "no bfloat16 products: the processor lacks AMX and AVX-512 BF16, or PLSTM_ISA hides them"

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
  const TrainingData data{{targets.data(), 13, 2}, {present.data(), 13, 2}, rows, {}};

  TrainingStep whole(graph_learner(model, graphs), LossKind::kSquaredError, 13);
  TrainingStep parts(graph_learner(model, graphs), LossKind::kSquaredError, 4);
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
  TrainingStep step(graph_learner(model, graphs), LossKind::kSquaredError, 2);
  const LossResult loss =
      step.run(parameters, {{targets.data(), 3, 1}, {present.data(), 3, 1}, rows, {}}, rows, 0);
  EXPECT_EQ(loss.count, 0);
  for (const float g : step.gradient()) ASSERT_EQ(g, 0);
}

TEST(TrainingStep, BitsDoNotDependOnTheThreads) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = toy_graphs(23, random);
  const Matrix<float> targets = Matrix<float>::Random(23, 1);
  const Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(23, 1);
  GraphModelConfig config = toy_config();
  config.dropout = 0.1;
  const GraphModel model = make_graph_model(config);
  const std::vector<float> parameters = initial_values<float>(model.layout, 3);
  std::vector<std::int32_t> rows(23);
  std::iota(rows.begin(), rows.end(), 0);
  const TrainingData data{{targets.data(), 23, 1}, {present.data(), 23, 1}, rows, {}};
  std::vector<float> expected;
  double expected_loss = 0;
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    TrainingStep step(graph_learner(model, graphs), LossKind::kSquaredError, 2);
    for (int repeat = 0; repeat < 5; ++repeat) {
      const LossResult loss = step.run(parameters, data, rows, 9);
      if (expected.empty()) {
        expected.assign(step.gradient().begin(), step.gradient().end());
        expected_loss = loss.sum;
      }
      ASSERT_TRUE(std::ranges::equal(step.gradient(), expected)) << threads << " threads, run " << repeat;
      ASSERT_EQ(loss.sum, expected_loss);
    }
  }
}

// Also of more ranks than shards, and of a last batch that has fewer of them.
TEST(TrainingStep, BitsDoNotDependOnTheRanks) {
  const WideBatch batch;
  const auto all = std::span<const std::int32_t>(batch.rows);
  const std::vector<std::span<const std::int32_t>> batches{all, all.first(9), all};
  std::vector<std::vector<float>> expected;
  std::vector<double> losses;
  TrainingStep alone(batch.learner(), LossKind::kSquaredError, 3);
  for (const auto rows : batches) {
    losses.push_back(alone.run(batch.parameters, batch.data, rows, 9).sum);
    expected.emplace_back(alone.gradient().begin(), alone.gradient().end());
  }
  for (const int size : {2, 3, 5, 11}) {
    std::atomic<int> equal{0};
    run_thread_ranks(size, [&](const Ranks& ranks) {
      TrainingStep step(batch.learner(), LossKind::kSquaredError, 3, Precision::kFloat, StmMemory::kAuto,
                        ranks);
      for (std::size_t i = 0; i < batches.size(); ++i) {
        const LossResult loss = step.run(batch.parameters, batch.data, batches[i], 9);
        if (loss.sum == losses[i] && std::ranges::equal(step.gradient(), expected[i])) ++equal;
      }
    });
    EXPECT_EQ(equal, 3 * size) << size << " ranks";
  }
}

TEST(TrainingStep, GoesOnAfterABadTarget) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = toy_graphs(6, random);
  Matrix<float> targets = Matrix<float>::Zero(6, 1);
  const Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(6, 1);
  const GraphModel model = make_graph_model(toy_config());
  const std::vector<float> parameters = initial_values<float>(model.layout, 3);
  const std::vector<std::int32_t> rows{0, 1, 2, 3, 4, 5};
  const TrainingData data{{targets.data(), 6, 1}, {present.data(), 6, 1}, rows, {}};
  TrainingStep step(graph_learner(model, graphs), LossKind::kBinaryCrossEntropy, 2);
  step.run(parameters, data, rows, 0);
  const std::vector<float> expected(step.gradient().begin(), step.gradient().end());
  targets(3, 0) = 2;
  EXPECT_THROW(step.run(parameters, data, rows, 0), TrainingError);
  targets(3, 0) = 0;
  step.run(parameters, data, rows, 0);
  EXPECT_TRUE(std::ranges::equal(step.gradient(), expected));
}

// Batches of other graphs than in the step before, but none that was not seen at all.
void expect_steps_allocate_nothing(const GraphModelConfig& config, Precision precision) {
  const ThreadLimit one_thread(1);
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = toy_graphs(40, random);
  const Matrix<float> targets = Matrix<float>::Random(40, 1);
  const Matrix<std::uint8_t> present = Matrix<std::uint8_t>::Ones(40, 1);
  const GraphModel model = make_graph_model(config);
  std::vector<float> parameters = initial_values<float>(model.layout, 3);
  std::vector<std::int32_t> rows(40);
  std::iota(rows.begin(), rows.end(), 0);
  const TrainingData data{{targets.data(), 40, 1}, {present.data(), 40, 1}, rows, {}};
  TrainingStep step(graph_learner(model, graphs), LossKind::kSquaredError, 4, precision);
  AdamW<float> optimizer(parameters.size());
  const std::vector<DecayRange> decay{{0, parameters.size()}};
  const auto take = [&](std::span<const std::int32_t> batch) {
    const std::size_t before = allocations;
    step.run(parameters, data, batch, 1);
    clip_gradient_norm<float>(step.gradient(), 1.0);
    optimizer.step(parameters, step.gradient(), decay, 1e-3);
    return allocations - before;
  };
  std::vector<std::vector<std::int32_t>> batches;
  for (int i = 0; i < 20; ++i) {
    shuffle(rows, random);
    batches.emplace_back(rows.begin(), rows.begin() + 16);
  }
  EXPECT_GT(take(batches.front()), 0u);  // the counter counts
  for (const auto& batch : batches) take(batch);
  for (int i = 0; i < 5; ++i) {
    for (const auto& batch : batches) ASSERT_EQ(take(batch), 0u) << i;
  }
}

TEST(TrainingStep, StepsAllocateNothing) {
  expect_steps_allocate_nothing(toy_config(), Precision::kFloat);
}

TEST(TrainingStep, StepsOfEveryBodyAllocateNothing) {
  for (const auto& [kind, name] : kGraphBodyNames) {
    GraphModelConfig config = toy_config();
    config.body = default_body(kind);
    config.edge_encoder = reads_edges(config.body);
    config.dropout = 0.1;
    expect_steps_allocate_nothing(config, Precision::kFloat);
  }
}

TEST(TrainingStep, StepsInBfloat16AllocateNothing) {
  SKIP_WITHOUT_BFLOAT16();
  expect_steps_allocate_nothing(wide_config(), Precision::kBfloat16);
}

TEST(TrainingStep, GradientsInBfloat16AreCloseToThoseInFloat) {
  SKIP_WITHOUT_BFLOAT16();
  const WideBatch batch;
  const auto& [model, parameters, rows, data] =
      std::tie(batch.model, batch.parameters, batch.rows, batch.data);
  const Learner learner = batch.learner();
  TrainingStep exact(learner, LossKind::kSquaredError, 8),
      rounded(learner, LossKind::kSquaredError, 8, Precision::kBfloat16);
  const LossResult a = exact.run(parameters, data, rows, 0), b = rounded.run(parameters, data, rows, 0);
  EXPECT_NEAR(a.sum, b.sum, 0.02 * a.sum);
  // As a whole, and loosely: norms over narrow heads amplify what rounding does (that of the parameters alone
  // changes the gradient of a single tensor by 19 %). Single products are compared in linear_test.cpp.
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double x = exact.gradient()[i], y = rounded.gradient()[i];
    difference += (x - y) * (x - y);
    norm += x * x;
  }
  EXPECT_LT(std::sqrt(difference / norm), 0.25);
  EXPECT_FALSE(std::ranges::equal(exact.gradient(), rounded.gradient()));
}

TEST(TrainingStep, BitsInBfloat16DoNotDependOnTheThreads) {
  SKIP_WITHOUT_BFLOAT16();
  const WideBatch batch;
  const auto& [model, parameters, rows, data] =
      std::tie(batch.model, batch.parameters, batch.rows, batch.data);
  std::vector<float> expected;
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    TrainingStep step(batch.learner(), LossKind::kSquaredError, 3, Precision::kBfloat16);
    for (int repeat = 0; repeat < 3; ++repeat) {
      step.run(parameters, data, rows, 9);
      if (expected.empty()) expected.assign(step.gradient().begin(), step.gradient().end());
      ASSERT_TRUE(std::ranges::equal(step.gradient(), expected)) << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace plstm::test
