#include "plstm/nn/graphs/readout.hpp"

#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

// What a graph model gives for nodes and for edges.
namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

GraphModelConfig config_with(Readout readout, bool edge_encoder = false) {
  GraphModelConfig config = small_config();
  config.readout = readout;
  config.edge_encoder = edge_encoder;
  return config;
}

std::vector<PreparedGraph> with_graph_values(std::vector<PreparedGraph> graphs, Random& random) {
  for (PreparedGraph& graph : graphs) {
    graph.graph.graph_value_width = 2;
    graph.graph.graph_values = random_normal<float>(2, random);
  }
  return graphs;
}

TEST(Readout, HasARowForEachNodeOrEdge) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  EXPECT_EQ(ModelSample(config_with(Readout::kGraph)).outputs(batch).rows(), batch.num_graphs());
  EXPECT_EQ(ModelSample(config_with(Readout::kNode)).outputs(batch).rows(), batch.num_nodes());
  EXPECT_EQ(ModelSample(config_with(Readout::kEdge)).outputs(batch).rows(), batch.num_edges());
}

TEST(Readout, GradientsMatch) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for (const Readout readout : {Readout::kNode, Readout::kEdge}) {
    for (const bool edge_encoder : {false, true}) {
      const ModelSample sample(config_with(readout, edge_encoder));
      EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6}));
    }
  }
}

TEST(Readout, GradientsMatchWithValuesOfGraphs) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(with_graph_values(sample_graphs(random), random));
  for (const Readout readout : {Readout::kNode, Readout::kEdge}) {
    GraphModelConfig config = config_with(readout, readout == Readout::kEdge);
    config.graph_value_width = 2;
    config.graph_value_layer = 3;
    const ModelSample sample(config);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6}));
  }
}

// Graph after graph: a graph has the same rows alone and in a batch.
TEST(Readout, RowsStandInTheOrderOfTheGraphs) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = with_graph_values(sample_graphs(random), random);
  const GraphBatch batch = make_batch(graphs);
  for (const Readout readout : {Readout::kNode, Readout::kEdge}) {
    GraphModelConfig config = config_with(readout);
    config.graph_value_width = 2;
    const ModelSample sample(config);
    const Matrix<double> together = sample.outputs(batch);
    Index row = 0;
    for (const PreparedGraph& graph : graphs) {
      const Matrix<double> alone = sample.outputs(make_batch({graph}));
      ASSERT_LE(row + alone.rows(), together.rows());
      EXPECT_TRUE(together.middleRows(row, alone.rows()).isApprox(alone, 1e-12) || alone.size() == 0);
      row += alone.rows();
    }
    EXPECT_EQ(row, together.rows());
  }
}

TEST(Readout, TakesNoPooling) {
  GraphModelConfig config = config_with(Readout::kNode);
  config.pooling = Pooling::kSum;
  EXPECT_THAT([&] { make_graph_model(config); },
              ThrowsMessage<ConfigError>(HasSubstr("pooling is for outputs of graphs")));
}

}  // namespace
}  // namespace plstm::test
