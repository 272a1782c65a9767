#include "plstm/nn/graphs/graph_pooling.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>

#include "nn/model_sample.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Pooling kOfGraphs[] = {Pooling::kSinks, Pooling::kSources, Pooling::kAttention};

// A diamond, an isolated node beside an edge, and a graph without nodes.
std::vector<PreparedGraph> pooled_graphs(Random& random) {
  std::vector<PreparedGraph> graphs;
  for (Dag dag : {Dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}), Dag(3, {{2, 0}}), Dag()}) {
    graphs.push_back(prepare_graph(random_features(std::move(dag), random)));
  }
  return graphs;
}

// Nodes 0..6 of the batch have the states 1, 2, 4, 8, ... and half of them.
Matrix<double> pool(const GraphBatch& batch, Pooling pooling, double score = 0) {
  LayerInputs inputs;
  Matrix<double> x(batch.num_nodes(), 2);
  for (Index n = 0; n < x.rows(); ++n) x.row(n) << std::exp2(n), std::exp2(n - 1);
  inputs.matrices = {x, Matrix<double>{{score, 0}}};
  return evaluate<double>(inputs, [&](auto& tape, const auto& vars) {
    return pool_nodes(tape, vars[0], batch.layouts.at(StmMode::kPropagation, false),
                      batch.node_offsets.data(), batch.num_graphs(), pooling, vars[1]);
  });
}

TEST(GraphPooling, TakesTheMeanOfSinksOrSources) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(pooled_graphs(random));
  // The second graph has nodes 4, 5 and 6 of the batch; 5 has no edges, 6 -> 4.
  EXPECT_EQ(pool(batch, Pooling::kSinks), (Matrix<double>{{8, 4}, {24, 12}, {0, 0}}));
  EXPECT_EQ(pool(batch, Pooling::kSources), (Matrix<double>{{1, 0.5}, {48, 24}, {0, 0}}));
}

TEST(GraphPooling, AttentionIsASoftmaxOfScores) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(pooled_graphs(random));
  EXPECT_TRUE(pool(batch, Pooling::kAttention).isApprox(pool(batch, Pooling::kMean), 1e-15)) << "no score";
  const double a[] = {std::exp(0.1), std::exp(0.2), std::exp(0.4), std::exp(0.8)};
  const double sum = a[0] + a[1] + a[2] + a[3];
  const Matrix<double> y = pool(batch, Pooling::kAttention, 0.1);
  EXPECT_NEAR(y(0, 0), (a[0] + 2 * a[1] + 4 * a[2] + 8 * a[3]) / sum, 1e-14);
  // Large scores do not overflow, and choose one node.
  EXPECT_NEAR(pool(batch, Pooling::kAttention, 1000)(1, 0), 64, 1e-12);
  EXPECT_EQ(pool(batch, Pooling::kAttention, 1000)(2, 0), 0);
}

TEST(GraphPooling, AgreesWithPoolSegmentsWhereTheGraphDoesNotMatter) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(pooled_graphs(random));
  EXPECT_EQ(pool(batch, Pooling::kSum), (Matrix<double>{{15, 7.5}, {112, 56}, {0, 0}}));
  EXPECT_EQ(pool(batch, Pooling::kMax), (Matrix<double>{{8, 4}, {64, 32}, {0, 0}}));
}

TEST(GraphPooling, GradientsMatch) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for (const Pooling pooling : kOfGraphs) {
    LayerInputs inputs;
    inputs.matrices = {random_matrix(batch.num_nodes(), 5, random), random_matrix(1, 5, random)};
    EXPECT_TRUE(gradients_match(inputs, [&](auto& tape, const auto& vars) {
      return pool_nodes(tape, vars[0], batch.layouts.at(StmMode::kPropagation, false),
                        batch.node_offsets.data(), batch.num_graphs(), pooling, vars[1]);
    }));
  }
}

TEST(GraphPooling, ModelsUseIt) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  Matrix<double> mean;
  for (const Pooling pooling : {Pooling::kMean, Pooling::kSinks, Pooling::kSources, Pooling::kAttention}) {
    GraphModelConfig config = small_config();
    config.pooling = pooling;
    const ModelSample sample(config);
    EXPECT_EQ(sample.model.pooling_score.valid(), pooling == Pooling::kAttention);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6}));
    if (pooling == Pooling::kMean) mean = sample.outputs(batch);
    EXPECT_EQ(sample.outputs(batch) == mean, pooling == Pooling::kMean);
  }
}

TEST(GraphPooling, RejectsWhatDoesNotFit) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(pooled_graphs(random));
  LayerInputs inputs;
  inputs.matrices = {random_matrix(batch.num_nodes(), 5, random), random_matrix(1, 4, random)};
  EXPECT_THAT(
      [&] {
        evaluate<double>(inputs, [&](auto& tape, const auto& vars) {
          return pool_nodes(tape, vars[0], batch.layouts.at(StmMode::kPropagation, false),
                            batch.node_offsets.data(), batch.num_graphs(), Pooling::kAttention, vars[1]);
        });
      },
      ThrowsMessage<ShapeError>(HasSubstr("score has shape [1, 4], expected [1, 5]")));
  EXPECT_THROW(evaluate<double>(inputs,
                                [&](auto& tape, const auto& vars) {
                                  return pool_segments(tape, vars[0], batch.node_offsets.data(),
                                                       batch.num_graphs(), Pooling::kSinks);
                                }),
               ConfigError);
}

}  // namespace
}  // namespace plstm::test
