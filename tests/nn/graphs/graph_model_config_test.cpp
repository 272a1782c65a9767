#include "plstm/nn/graphs/graph_model_config.hpp"

#include <cmath>
#include <string>
#include <variant>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

// Modes and directions of the blocks, "r" behind those that run on the reversed DAG.
std::string made_from(const std::string& pattern) {
  GraphModelConfig config = small_config();
  stm_body(config).blocks = pattern;
  const GraphModel model = make_graph_model(config);
  std::string text;
  for (const auto& [block, reversed] : std::get<std::vector<DirectedBlock>>(model.body)) {
    text += block.layer.options.mode == StmMode::kDiffusion ? "D" : "P";
    if (reversed) text += "r";
  }
  return text;
}

TEST(GraphModelConfig, DirectionsAlternateWithinEachMode) {
  EXPECT_EQ(made_from("PDPDPD"), "PDPrDrPD") << "each pair has one direction, as in the paper";
  EXPECT_EQ(made_from("PP"), "PPr");
  EXPECT_EQ(made_from("DD"), "DDr");
  EXPECT_EQ(made_from("PPDD"), "PPrDDr");
  EXPECT_EQ(made_from("D"), "D");
  EXPECT_EQ(made_from("PDD"), "PDDr");
}

TEST(GraphModelConfig, PairsAreAPattern) {
  EXPECT_EQ(pd_blocks(0), "");
  EXPECT_EQ(pd_blocks(3), "PDPDPD");
  EXPECT_THROW(pd_blocks(-1), ConfigError);
  EXPECT_THROW(pd_blocks(513), ConfigError);
}

TEST(GraphModelConfig, GradientsMatchForEveryPattern) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for (const char* pattern : {"P", "DD", "PPD"}) {
    GraphModelConfig config = small_config();
    stm_body(config).blocks = pattern;
    const ModelSample sample(config);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6})) << pattern;
  }
}

// With P blocks alone, the second one carries what the first cannot: from the end of the chain to its start.
TEST(GraphModelConfig, TwoBlocksOfOneModeSeeBothDirections) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(chain(4), random);
  AttributedGraph changed = graph;
  changed.node_values[9] += 1;  // of node 3, the sink
  const auto first_node_changes = [&](const char* pattern) {
    GraphModelConfig config = small_config();
    stm_body(config).blocks = pattern;
    config.readout = Readout::kNode;
    const ModelSample sample(config);
    const Matrix<double> a = sample.outputs(make_batch({prepare_graph(graph)}));
    const Matrix<double> b = sample.outputs(make_batch({prepare_graph(changed)}));
    return (a.row(0) - b.row(0)).norm() > 1e-9;
  };
  EXPECT_FALSE(first_node_changes("P"));
  EXPECT_TRUE(first_node_changes("PP"));
}

TEST(GraphModelConfig, RejectsSettingsThatMakeNoSense) {
  const auto expect = [](const char* message, const auto& change) {
    GraphModelConfig config = small_config();
    change(config);
    EXPECT_THAT([&] { make_graph_model(config); }, ThrowsMessage<ConfigError>(message));
  };
  expect("graph model: feature widths must not be negative", [](auto& c) { c.node_value_width = -1; });
  expect("graph model: feature widths must not be negative", [](auto& c) { c.edge_value_width = -1; });
  expect("graph model: the nodes have no features", [](auto& c) {
    c.node_value_width = 0;
    c.node_vocabulary_sizes.clear();
  });
  expect("graph model: edge_encoder is on but the edges have no features", [](auto& c) {
    c.edge_encoder = true;
    c.edge_value_width = 0;
    c.edge_vocabulary_sizes.clear();
  });
  expect("graph model: edge_encoder is on but no layer reads edge features", [](auto& c) {
    c.edge_encoder = true;
    stm_body(c).layer = StmLayerKind::kNode;
  });
  expect("graph model: a vocabulary is empty", [](auto& c) { c.node_vocabulary_sizes = {3, 0}; });
  expect("graph model: a vocabulary is empty", [](auto& c) { c.edge_vocabulary_sizes = {-1}; });
  expect("graph model: width 4 must be a positive multiple of heads 3",
         [](auto& c) { stm_body(c).heads = 3; });
  expect("graph model: width 0 must be a positive multiple of heads 2", [](auto& c) { c.width = 0; });
  expect("graph model: width 4 must be a positive multiple of heads 0",
         [](auto& c) { stm_body(c).heads = 0; });
  expect("graph model: blocks has 0 letters, expected 1 to 1024 of P and D",
         [](auto& c) { stm_body(c).blocks = ""; });
  expect("graph model: blocks is 'PQ', expected letters P and D", [](auto& c) { stm_body(c).blocks = "PQ"; });
  expect("graph model: epsilon is -1, expected more than 0 and at most 1", [](auto& c) { c.epsilon = -1; });
  expect("graph model: epsilon is 1.5, expected more than 0 and at most 1", [](auto& c) { c.epsilon = 1.5; });
  expect("graph model: outputs is 0, expected at least 1", [](auto& c) { c.outputs = 0; });
  expect("graph model: path_totals is -1, expected 0 to 1024", [](auto& c) { c.path_totals = -1; });
  expect("graph model: path_totals is 1025, expected 0 to 1024", [](auto& c) { c.path_totals = 1025; });
  expect("graph model: dropout is 1, expected 0 <= dropout < 1", [](auto& c) { c.dropout = 1; });
  expect("graph model: drop_path is nan, expected 0 <= drop_path < 1",
         [](auto& c) { stm_body(c).drop_path = NAN; });
  expect("graph model: widths of graph values must not be negative",
         [](auto& c) { c.graph_value_width = -1; });
  expect("graph model: graph_value_layer and graph_value_dropout are for graph values, and there are none",
         [](auto& c) { c.graph_value_layer = 3; });
  expect("graph model: graph_value_dropout is 1, expected 0 <= graph_value_dropout < 1", [](auto& c) {
    c.graph_value_width = 3;
    c.graph_value_dropout = 1;
  });
  expect("value scaling: 1 means and 1 scales for 0 columns of values", [](auto& c) {
    c.graph_value_scaling = {{0}, {1}};
  });
  expect("graph model: a node layer needs max_degree", [](auto& c) {
    stm_body(c).layer = StmLayerKind::kNode;
    stm_body(c).max_degree = 0;
  });
}

TEST(GraphModelConfig, SettingsOfBlocksAreThoseOfTheBody) {
  GraphModelConfig config;
  stm_body(config).heads = 2;
  EXPECT_EQ(std::get<StmBody>(config.body).heads, 2);
  config.body = default_body(GraphBodyKind::kGat);
  EXPECT_THAT(
      [&] { stm_body(config); },
      ThrowsMessage<ConfigError>("graph model: the body is 'gat', which has no settings of pLSTM blocks"));
}

}  // namespace
}  // namespace plstm::test
