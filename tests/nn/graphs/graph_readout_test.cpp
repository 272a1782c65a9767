#include "plstm/nn/graphs/graph_readout.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>

#include "nn/model_sample.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

GraphModelConfig config_with_values(Pooling pooling) {
  GraphModelConfig config = small_config();
  config.pooling = pooling;
  config.graph_value_width = 3;
  config.graph_value_layer = 5;
  config.graph_value_scaling = {{0.1, 0, -0.2}, {0.5, 1, 2}};
  return config;
}

GraphBatch batch_with_values() {
  Random random(kSeed);
  std::vector<PreparedGraph> graphs = sample_graphs(random);
  for (PreparedGraph& graph : graphs) {
    graph.graph.graph_value_width = 3;
    graph.graph.graph_values = random_normal<float>(3, random);
  }
  return make_batch(graphs);
}

TEST(GraphReadout, IsTheLastPartOfTheModel) {
  const GraphBatch batch = batch_with_values();
  for (const Pooling pooling : {Pooling::kMean, Pooling::kSum, Pooling::kAttention, Pooling::kSinks}) {
    const ModelSample sample(config_with_values(pooling));
    const Matrix<double> apart = evaluate<double>(sample.inputs, [&](auto& tape, const auto&) {
      return decode_graphs(tape, sample.model, batch, encode_nodes(tape, sample.model, batch),
                           graph_value_inputs(tape, sample.model, batch));
    });
    EXPECT_EQ(apart, sample.outputs(batch));
  }
}

TEST(GraphReadout, PooledStatesAreMeansOfTheNodesOfEachGraph) {
  const GraphBatch batch = batch_with_values();
  const ModelSample sample(config_with_values(Pooling::kMean));
  const Matrix<double> nodes = evaluate<double>(
      sample.inputs, [&](auto& tape, const auto&) { return encode_nodes(tape, sample.model, batch); });
  const Matrix<double> pooled = evaluate<double>(sample.inputs, [&](auto& tape, const auto&) {
    return pooled_states(tape, sample.model, batch, encode_nodes(tape, sample.model, batch));
  });
  ASSERT_EQ(pooled.rows(), batch.num_graphs());
  for (Index g = 0; g < pooled.rows(); ++g) {
    const Index first = batch.node_offsets[static_cast<std::size_t>(g)];
    const Index count = batch.node_offsets[static_cast<std::size_t>(g) + 1] - first;
    for (Index c = 0; c < pooled.cols(); ++c)
      EXPECT_NEAR(pooled(g, c),
                  nodes.col(c).segment(first, count).sum() / static_cast<double>(std::max<Index>(count, 1)),
                  1e-12);
  }
}

TEST(GraphReadout, GradientsOfStatesAndValuesMatch) {
  const GraphBatch batch = batch_with_values();
  for (const Pooling pooling : {Pooling::kMean, Pooling::kSum, Pooling::kAttention}) {
    ModelSample sample(config_with_values(pooling));
    Random random(kSeed);
    Matrix<double> states(batch.num_nodes(), sample.model.config.width), values(batch.num_graphs(), 3);
    for (Matrix<double>* matrix : {&states, &values}) {
      const std::vector<double> entries = random_normal<double>(matrix->size(), random);
      std::copy(entries.begin(), entries.end(), matrix->data());
    }
    sample.inputs.matrices = {states, values};
    EXPECT_TRUE(gradients_match(sample.inputs, [&](auto& tape, const auto& vars) {
      return decode_graphs(tape, sample.model, batch, vars[0], vars[1]);
    }));
  }
}

TEST(GraphReadout, RefusesOtherShapes) {
  const GraphBatch batch = batch_with_values();
  ModelSample sample(config_with_values(Pooling::kSum));
  const auto decode = [&](Index nodes, Index values) {
    sample.inputs.matrices = {Matrix<double>(Matrix<double>::Zero(nodes, sample.model.config.width)),
                              Matrix<double>(Matrix<double>::Zero(batch.num_graphs(), values))};
    evaluate<double>(sample.inputs, [&](auto& tape, const auto& vars) {
      return decode_graphs(tape, sample.model, batch, vars[0], vars[1]);
    });
  };
  EXPECT_THAT([&] { decode(1, 3); },
              ThrowsMessage<ShapeError>(HasSubstr("decode_graphs: nodes has shape [1, ")));
  EXPECT_THAT([&] { decode(batch.num_nodes(), 2); },
              ThrowsMessage<ShapeError>(HasSubstr("decode_graphs: values has shape")));
}

}  // namespace
}  // namespace plstm::test
