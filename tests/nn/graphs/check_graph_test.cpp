#include <limits>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// check_graph rejects what forward would, with a message about the graph; what passes, forward accepts.
TEST(GraphModel, ChecksGraphsBeforehand) {
  Random random(kSeed);
  const AttributedGraph good = random_features(Dag(4, {{0, 1}, {0, 2}, {0, 3}}), random);
  GraphModelConfig config = small_config();
  config.edge_encoder = true;
  const auto expect = [](const GraphModelConfig& c, const AttributedGraph& graph, const auto& matcher) {
    const ModelSample sample(c);
    const PreparedGraph prepared = prepare_graph(graph);
    const GraphBatch batch = make_batch({prepared});
    EXPECT_THAT([&] { check_graph(sample.model, prepared); }, matcher);
    EXPECT_THROW(sample.outputs(batch), Error);
  };
  EXPECT_NO_THROW(check_graph(make_graph_model(config), prepare_graph(good)));
  EXPECT_NO_THROW(ModelSample(config).outputs(make_batch({prepare_graph(good)})));

  AttributedGraph graph = good;
  graph.node_codes[3] = 2;
  expect(config, graph, ThrowsMessage<ShapeError>("node 1: code 2 in column 1, the model knows 0..1"));
  graph = good;
  graph.edge_codes[2] = -1;
  expect(config, graph, ThrowsMessage<ShapeError>("edge 2: code -1 in column 0, the model knows 0..3"));
  graph = good;
  graph.node_value_width = 2;
  graph.node_values.resize(8);
  expect(config, graph,
         ThrowsMessage<ShapeError>(
             "graph model: node features (values, codes) has shape [2, 2], expected [3, 2]"));
  graph = good;
  graph.edge_code_width = 0;
  graph.edge_codes.clear();
  expect(config, graph,
         ThrowsMessage<ShapeError>(
             "graph model: edge features (values, codes) has shape [2, 0], expected [2, 1]"));
  config.edge_encoder = false;
  EXPECT_NO_THROW(check_graph(make_graph_model(config), prepare_graph(graph)));
  EXPECT_NO_THROW(ModelSample(config).outputs(make_batch({prepare_graph(graph)})));

  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinity = std::numeric_limits<float>::infinity();
  graph = good;
  graph.node_values[7] = nan;
  config.edge_encoder = true;
  expect(config, graph, ThrowsMessage<ShapeError>(HasSubstr("node 2: value nan in column 1 is not finite")));
  graph = good;
  graph.edge_values[4] = -infinity;
  expect(config, graph, ThrowsMessage<ShapeError>(HasSubstr("edge 2: value -inf in column 0 is not finite")));
  config.edge_encoder = false;
  EXPECT_NO_THROW(check_graph(make_graph_model(config), prepare_graph(graph))) << "edges are not read";

  GraphModelConfig valued = small_config();
  valued.graph_value_width = 3;
  graph = good;
  graph.graph_value_width = 3;
  graph.graph_values = {1, 2, infinity};
  expect(valued, graph, ThrowsMessage<ShapeError>(HasSubstr("graph 0: value inf in column 2 is not finite")));
  valued.graph_value_scaling = {{0, 0, 0}, {1, 1, 1}};
  EXPECT_NO_THROW(check_graph(make_graph_model(valued), prepare_graph(graph))) << "scaling fills it in";
  valued.graph_value_scaling = {};
  expect(valued, good,
         ThrowsMessage<ShapeError>("graph model: values of the graph has shape [0], expected [3]"));

  GraphModelConfig narrow = small_config(StmLayerKind::kNode);
  stm_body(narrow).max_degree = 2;
  expect(narrow, good,
         ThrowsMessage<GraphError>("graph model: a node has 3 in- or out-edges, the model serves at most 2"));
}

}  // namespace
}  // namespace plstm::test
