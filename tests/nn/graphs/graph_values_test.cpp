#include <cstddef>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

// What a graph model makes of values of whole graphs.

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;

// The graphs of `sample_graphs` with three values each.
std::vector<PreparedGraph> graphs_with_values(Random& random) {
  std::vector<PreparedGraph> graphs = sample_graphs(random);
  for (PreparedGraph& graph : graphs) {
    graph.graph.graph_value_width = 3;
    graph.graph.graph_values = random_normal<float>(3, random);
  }
  return graphs;
}

GraphModelConfig config_with_values(Index layer) {
  GraphModelConfig config = small_config();
  config.graph_value_width = 3;
  config.graph_value_layer = layer;
  return config;
}

TEST(GraphModel, GradientsMatchWithValuesOfGraphs) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(graphs_with_values(random));
  for (const Index layer : {0, 5}) {
    GraphModelConfig config = config_with_values(layer);
    config.graph_value_scaling = {{0.1, 0, -0.2}, {0.5, 0, 2}};
    config.graph_value_dropout = 0.3;
    ModelSample sample(config);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6})) << layer;
    const Matrix<double> still = sample.outputs(batch);
    sample.inputs.training = true;
    sample.inputs.seed = 3;
    EXPECT_NE(sample.outputs(batch), still) << "dropout on values alone";
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6})) << layer;
  }
}

// decoder.0 reads [pooled, values], as if both were written side by side.
TEST(GraphModel, TheDecoderReadsValuesBesideThePooledNodes) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = graphs_with_values(random);
  const ModelSample plain(small_config());
  const ModelSample with_values(config_with_values(0));
  EXPECT_EQ(parameter_names(with_values.model.layout), parameter_names(plain.model.layout));
  EXPECT_THAT(with_values.model.layout[with_values.model.hidden.weight].shape, ElementsAre(4, 4 + 3));
  EXPECT_THAT(parameter_names(make_graph_model(config_with_values(5)).layout),
              AllOf(Contains("graph_encoder.weight"), Contains("graph_encoder.bias")));
  const GraphBatch batch = make_batch(graphs);
  const auto matrix = [&](const LinearLayer& layer) {
    const ParameterInfo& info = with_values.model.layout[layer.weight];
    return Matrix<double>(
        ConstMatrixMap<double>(with_values.inputs.values.data() + info.offset, info.shape[0], info.shape[1]));
  };
  const auto bias = [&](const LinearLayer& layer) {
    const ParameterInfo& info = with_values.model.layout[layer.bias];
    return Matrix<double>(
        ConstMatrixMap<double>(with_values.inputs.values.data() + info.offset, 1, info.shape[0]));
  };
  const Matrix<double> nodes = evaluate<double>(with_values.inputs, [&](auto& tape, const auto&) {
    return encode_nodes(tape, with_values.model, batch);
  });
  Matrix<double> input = Matrix<double>::Zero(batch.num_graphs(), 4 + 3);
  for (Index g = 0; g < batch.num_graphs(); ++g) {
    const Index first = batch.node_offsets[static_cast<std::size_t>(g)];
    const Index count = batch.node_offsets[static_cast<std::size_t>(g) + 1] - first;
    if (count > 0) input.row(g).head(4) = nodes.middleRows(first, count).colwise().mean();
    for (Index c = 0; c < 3; ++c) {
      input(g, 4 + c) = graphs[static_cast<std::size_t>(g)].graph.graph_values[static_cast<std::size_t>(c)];
    }
  }
  const GraphModel& model = with_values.model;
  const Matrix<double> hidden =
      ((input * matrix(model.hidden).transpose()).rowwise() + bias(model.hidden).row(0)).cwiseMax(0.0);
  const Matrix<double> expected =
      (hidden * matrix(model.head).transpose()).rowwise() + bias(model.head).row(0);
  EXPECT_LE((with_values.outputs(batch) - expected).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(GraphModel, ValuesOfGraphsKeepTheLawsOfBatches) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = graphs_with_values(random);
  const ModelSample sample(config_with_values(5));
  const Matrix<double> together = sample.outputs(make_batch(graphs));
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    const Matrix<double> alone = sample.outputs(make_batch({graphs[i]}));
    EXPECT_LE((alone.row(0) - together.row(static_cast<Index>(i))).cwiseAbs().maxCoeff(), 1e-12) << i;
  }
  EXPECT_EQ(sample.outputs(GraphBatch{}).rows(), 0);
  expect_same_bits_for_every_number_of_threads(sample, make_batch(graphs));
  const Matrix<double> narrow = sample.outputs<float>(make_batch(graphs)).cast<double>();
  EXPECT_LE((narrow - together).cwiseAbs().maxCoeff(), 2e-5 * (1 + together.cwiseAbs().maxCoeff()));
  // A model that reads none does not mind them.
  EXPECT_EQ(ModelSample(small_config()).outputs(make_batch(graphs)).rows(), 6);
}

}  // namespace
}  // namespace plstm::test
