#include "plstm/nn/graphs/graph_model.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>

#include "nn/model_sample.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(GraphModel, NamesItsParameters) {
  GraphModelConfig config;
  config.node_value_width = 7;
  std::vector<std::string> expected{"encoder.weight", "encoder.bias"};
  for (const char* block : {"0.block0", "0.block1", "1.block0", "1.block1"}) {
    const std::string prefix = std::string("block_stack.blocks.") + block;
    expected.push_back(prefix + ".norm.scale");
    for (const char* part : {"query", "key", "value_", "source", "transition", "mark", "direct"}) {
      for (const char* kind : {".weight", ".bias"})
        expected.push_back(prefix + ".interaction_module." + part + kind);
    }
    for (const char* part : {".interaction_module.mhnorm.scale", ".interaction_module.out.weight",
                             ".interaction_module.out.bias", ".norm2.scale", ".upproj.weight", ".upproj.bias",
                             ".downproj.weight", ".downproj.bias"}) {
      expected.push_back(prefix + part);
    }
  }
  for (const char* name : {"decoder.0.weight", "decoder.0.bias", "decoder.1.weight", "decoder.1.bias"}) {
    expected.push_back(name);
  }
  EXPECT_THAT(parameter_names(make_graph_model(config).layout), ElementsAreArray(expected));
}

TEST(GraphModel, OptionsAddParameters) {
  GraphModelConfig config = small_config();
  const GraphModel plain = make_graph_model(config);
  config.edge_encoder = true;
  config.final_norm = true;
  stm_body(config).residual_scale = true;
  const GraphModel full = make_graph_model(config);
  std::vector<std::string> added;
  for (const std::string& name : parameter_names(full.layout)) {
    if (std::ranges::count(parameter_names(plain.layout), name) == 0) added.push_back(name);
  }
  EXPECT_THAT(added,
              ElementsAre("edge_encoder.weight", "edge_encoder.bias", "edge_encoder.embedding",
                          "block_stack.blocks.0.block0.layer_scale", "block_stack.blocks.0.block0.mlp_scale",
                          "block_stack.blocks.0.block1.layer_scale", "block_stack.blocks.0.block1.mlp_scale",
                          "norm.scale"));
  EXPECT_THAT(full.layout[full.node_table].shape, ElementsAre(5, 4));
  EXPECT_THAT(full.node_first_rows, ElementsAre(0, 3));
}

TEST(GraphModel, BlocksAlternateModesAndDropMoreAndMore) {
  GraphModelConfig config = small_config();
  stm_body(config).blocks = "PDPD";
  stm_body(config).drop_path = 0.3;
  std::vector<StmMode> modes;
  std::vector<double> drop_paths;
  const GraphModel model = make_graph_model(config);
  for (const auto& [block, reversed] : std::get<std::vector<DirectedBlock>>(model.body)) {
    modes.push_back(block.layer.options.mode);
    drop_paths.push_back(block.options.drop_path);
  }
  EXPECT_THAT(modes, ElementsAre(StmMode::kPropagation, StmMode::kDiffusion, StmMode::kPropagation,
                                 StmMode::kDiffusion));
  EXPECT_THAT(drop_paths, testing::Pointwise(testing::DoubleEq(), {0.0, 0.1, 0.2, 0.3}));
}

TEST(GraphModel, GradientsMatchForEveryOption) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  const auto expect = [&](const char* what, const GraphModelConfig& config, double floor = 1e-2) {
    const ModelSample sample(config);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.floor = floor, .most_entries = 6}))
        << what;
  };
  const auto with = [](const auto& change) {
    GraphModelConfig config = small_config();
    change(config);
    return config;
  };
  expect("edge layer", small_config());
  expect("node layer", small_config(StmLayerKind::kNode));
  expect("reversed blocks", with([](auto& c) { stm_body(c).blocks = "PDPD"; }));
  expect("edge encoder", with([](auto& c) { c.edge_encoder = true; }));
  expect("gated", with([](auto& c) { stm_body(c).gated = true; }));
  expect("residual scale", with([](auto& c) { stm_body(c).residual_scale = true; }));
  expect("neighbours", with([](auto& c) { stm_body(c).neighbours = true; }));
  expect("final norm", with([](auto& c) { c.final_norm = true; }));
  expect("no degrees", with([](auto& c) { c.degree_encoding = false; }));
  // The sum of all nodes is many times their mean, and so is the rounding of its differences.
  expect("sum", with([](auto& c) { c.pooling = Pooling::kSum; }), 1e-1);
  expect("maximum", with([](auto& c) { c.pooling = Pooling::kMax; }));
}

// Values without codes and codes without values, on nodes and on edges.
TEST(GraphModel, GradientsMatchForEveryKindOfFeatures) {
  Random random(kSeed);
  const AttributedGraph both = random_features(random_dag(5, 0.8, random), random);
  AttributedGraph graph = both;
  graph.node_value_width = graph.edge_code_width = 0;
  graph.node_values.clear();
  graph.edge_codes.clear();
  GraphModelConfig config = small_config();
  config.edge_encoder = true;
  config.node_value_width = 0;
  config.edge_vocabulary_sizes.clear();
  const GraphBatch codes_then_values = make_batch({prepare_graph(graph)});
  const ModelSample first(config);
  EXPECT_TRUE(gradients_match(first.inputs, first.run(codes_then_values), {.most_entries = 6}));

  graph = both;
  graph.edge_value_width = graph.node_code_width = 0;
  graph.edge_values.clear();
  graph.node_codes.clear();
  config = small_config();
  config.edge_encoder = true;
  config.edge_value_width = 0;
  config.node_vocabulary_sizes.clear();
  const GraphBatch values_then_codes = make_batch({prepare_graph(graph)});
  const ModelSample second(config);
  EXPECT_TRUE(gradients_match(second.inputs, second.run(values_then_codes), {.most_entries = 6}));
}

TEST(GraphModel, GradientsMatchWhileTraining) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  GraphModelConfig config = small_config();
  config.dropout = 0.2;
  stm_body(config).drop_path = 0.4;
  ModelSample sample(config);
  const Matrix<double> still = sample.outputs(batch);
  sample.inputs.training = true;
  sample.inputs.seed = 3;
  EXPECT_NE(sample.outputs(batch), still);
  EXPECT_EQ(sample.outputs(batch), sample.outputs(batch));
  EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6}));
}

TEST(GraphModel, EdgesInEitherDirectionCarryInformation) {
  Random random(kSeed);
  AttributedGraph graph = random_features(chain(5), random);
  GraphModelConfig config = small_config();
  const auto nodes = [&](const AttributedGraph& g, const ModelSample& sample) {
    const GraphBatch batch = make_batch({prepare_graph(g)});
    return evaluate<double>(sample.inputs,
                            [&](auto& tape, const auto&) { return encode_nodes(tape, sample.model, batch); });
  };
  AttributedGraph changed = graph;
  changed.node_values.back() += 1;
  // One PD block looks along the edges only; the second one runs on the reversed DAG.
  const ModelSample one(config);
  EXPECT_EQ(nodes(graph, one).row(0), nodes(changed, one).row(0));
  stm_body(config).blocks = "PDPD";
  const ModelSample two(config);
  EXPECT_GT((nodes(graph, two).row(0) - nodes(changed, two).row(0)).norm(), 1e-9);
}

TEST(GraphModel, TheLayoutsThatItReadsAreEnough) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(random_dag(8, 0.5, random), random);
  const GraphBatch all = make_batch({prepare_graph(graph)});
  for (const char* blocks : {"P", "D", "DD", "PDPD"}) {
    GraphModelConfig config = small_config();
    stm_body(config).blocks = blocks;
    const ModelSample sample(config);
    PrepareOptions options;
    options.layouts = layouts_of(sample.model);
    EXPECT_EQ(options.layouts == LayoutSet::all(), std::string(blocks) == "PDPD");
    const PreparedGraph prepared = prepare_graph(graph, options);
    EXPECT_NO_THROW(check_graph(sample.model, prepared));
    EXPECT_EQ(sample.outputs(make_batch({prepared})), sample.outputs(all));
    options.layouts = LayoutSet().add(StmMode::kPropagation, true);
    EXPECT_THROW(check_graph(sample.model, prepare_graph(graph, options)), ConfigError);
  }
}

TEST(GraphModel, EncodesDegreesAsSinesAndCosines) {
  GraphModelConfig config = small_config();
  config.node_vocabulary_sizes.clear();
  ModelSample sample(config);
  // Only the encodings are left of the node states if everything else is zero.
  std::ranges::fill(sample.inputs.values, 0.0);
  AttributedGraph star;
  star.dag = Dag(4, {{0, 1}, {0, 2}, {3, 0}});
  star.node_value_width = 3;
  star.node_values.resize(12);
  const GraphBatch batch = make_batch({prepare_graph(star)});
  const Matrix<double> nodes = evaluate<double>(
      sample.inputs, [&](auto& tape, const auto&) { return encode_nodes(tape, sample.model, batch); });
  const Matrix<double> three{{std::sin(3.0), std::cos(3.0), std::sin(0.03), std::cos(0.03)}};
  const Matrix<double> one{{std::sin(1.0), std::cos(1.0), std::sin(0.01), std::cos(0.01)}};
  EXPECT_TRUE(nodes.row(0).isApprox(three.row(0), 1e-14));
  for (const Index n : {1, 2, 3}) EXPECT_TRUE(nodes.row(n).isApprox(one.row(0), 1e-14));
}

}  // namespace
}  // namespace plstm::test
