#include "plstm/nn/graphs/graph_model_config.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Modes and directions of the blocks, "r" behind those that run on the reversed DAG.
std::string made_from(const std::string& pattern) {
  GraphModelConfig config = small_config();
  config.blocks = pattern;
  const GraphModel model = make_graph_model(config);
  std::string text;
  for (std::size_t i = 0; i < model.blocks.size(); ++i) {
    text += model.blocks[i].layer.options.mode == StmMode::kDiffusion ? "D" : "P";
    if (model.reversed[i]) text += "r";
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
    config.blocks = pattern;
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
    config.blocks = pattern;
    config.readout = Readout::kNode;
    const ModelSample sample(config);
    const Matrix<double> a = sample.outputs(make_batch({prepare_graph(graph)}));
    const Matrix<double> b = sample.outputs(make_batch({prepare_graph(changed)}));
    return (a.row(0) - b.row(0)).norm() > 1e-9;
  };
  EXPECT_FALSE(first_node_changes("P"));
  EXPECT_TRUE(first_node_changes("PP"));
}

}  // namespace
}  // namespace plstm::test
