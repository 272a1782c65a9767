#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

namespace plstm::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr StmLayerKind kKinds[] = {StmLayerKind::kNode, StmLayerKind::kEdge};

std::vector<std::string> names(const ParameterLayout& layout) {
  std::vector<std::string> list;
  for (const ParameterInfo& info : layout.infos()) list.push_back(info.name);
  return list;
}

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
  EXPECT_THAT(names(make_graph_model(config).layout), ElementsAreArray(expected));
}

TEST(GraphModel, OptionsAddParameters) {
  GraphModelConfig config = small_config();
  const GraphModel plain = make_graph_model(config);
  config.edge_encoder = true;
  config.final_norm = true;
  config.residual_scale = true;
  const GraphModel full = make_graph_model(config);
  std::vector<std::string> added;
  for (const std::string& name : names(full.layout)) {
    if (std::ranges::count(names(plain.layout), name) == 0) added.push_back(name);
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
  config.blocks = "PDPD";
  config.drop_path = 0.3;
  std::vector<StmMode> modes;
  std::vector<double> drop_paths;
  for (const Block& block : make_graph_model(config).blocks) {
    modes.push_back(block.layer.options.mode);
    drop_paths.push_back(block.options.drop_path);
  }
  EXPECT_THAT(modes, ElementsAre(StmMode::kPropagation, StmMode::kDiffusion, StmMode::kPropagation,
                                 StmMode::kDiffusion));
  EXPECT_THAT(drop_paths, testing::Pointwise(testing::DoubleEq(), {0.0, 0.1, 0.2, 0.3}));
}

TEST(GraphModel, RejectsSettingsThatMakeNoSense) {
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
    c.layer = StmLayerKind::kNode;
  });
  expect("graph model: a vocabulary is empty", [](auto& c) { c.node_vocabulary_sizes = {3, 0}; });
  expect("graph model: a vocabulary is empty", [](auto& c) { c.edge_vocabulary_sizes = {-1}; });
  expect("graph model: width 4 must be a positive multiple of heads 3", [](auto& c) { c.heads = 3; });
  expect("graph model: width 0 must be a positive multiple of heads 2", [](auto& c) { c.width = 0; });
  expect("graph model: width 4 must be a positive multiple of heads 0", [](auto& c) { c.heads = 0; });
  expect("graph model: blocks has 0 letters, expected 1 to 1024 of P and D", [](auto& c) { c.blocks = ""; });
  expect("graph model: blocks is 'PQ', expected letters P and D", [](auto& c) { c.blocks = "PQ"; });
  expect("graph model: epsilon is -1, expected more than 0", [](auto& c) { c.epsilon = -1; });
  expect("graph model: outputs is 0, expected at least 1", [](auto& c) { c.outputs = 0; });
  expect("graph model: dropout is 1, expected 0 <= dropout < 1", [](auto& c) { c.dropout = 1; });
  expect("graph model: drop_path is nan, expected 0 <= drop_path < 1", [](auto& c) { c.drop_path = NAN; });
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
    c.layer = StmLayerKind::kNode;
    c.max_degree = 0;
  });
}

TEST(GraphModel, GradientsMatchForEveryOption) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  const auto expect = [&](const char* what, const GraphModelConfig& config) {
    const ModelSample sample(config);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6})) << what;
  };
  const auto with = [](const auto& change) {
    GraphModelConfig config = small_config();
    change(config);
    return config;
  };
  expect("edge layer", small_config());
  expect("node layer", small_config(StmLayerKind::kNode));
  expect("reversed blocks", with([](auto& c) { c.blocks = "PDPD"; }));
  expect("edge encoder", with([](auto& c) { c.edge_encoder = true; }));
  expect("gated", with([](auto& c) { c.gated = true; }));
  expect("residual scale", with([](auto& c) { c.residual_scale = true; }));
  expect("neighbours", with([](auto& c) { c.neighbours = true; }));
  expect("final norm", with([](auto& c) { c.final_norm = true; }));
  expect("no degrees", with([](auto& c) { c.degree_encoding = false; }));
  expect("sum", with([](auto& c) { c.pooling = Pooling::kSum; }));
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
  EXPECT_EQ(names(with_values.model.layout), names(plain.model.layout));
  EXPECT_THAT(with_values.model.layout[with_values.model.hidden.weight].shape, ElementsAre(4, 4 + 3));
  EXPECT_THAT(names(make_graph_model(config_with_values(5)).layout),
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

TEST(GraphModel, GradientsMatchWhileTraining) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  GraphModelConfig config = small_config();
  config.dropout = 0.2;
  config.drop_path = 0.4;
  ModelSample sample(config);
  const Matrix<double> still = sample.outputs(batch);
  sample.inputs.training = true;
  sample.inputs.seed = 3;
  EXPECT_NE(sample.outputs(batch), still);
  EXPECT_EQ(sample.outputs(batch), sample.outputs(batch));
  EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6}));
}

TEST(GraphModel, ABatchGivesWhatItsGraphsGiveAlone) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = sample_graphs(random);
  for (const StmLayerKind kind : kKinds) {
    GraphModelConfig config = small_config(kind);
    config.blocks = "PDPD";
    const ModelSample sample(config);
    const Matrix<double> together = sample.outputs(make_batch(graphs));
    ASSERT_EQ(together.rows(), 6);
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      const Matrix<double> alone = sample.outputs(make_batch({graphs[i]}));
      const Matrix<double> beside = sample.outputs(make_batch({graphs[5], graphs[i], graphs[0]}));
      const auto row = together.row(static_cast<Index>(i));
      EXPECT_LE((alone.row(0) - row).cwiseAbs().maxCoeff(), 1e-12) << i;
      EXPECT_LE((beside.row(1) - row).cwiseAbs().maxCoeff(), 1e-12) << i;
    }
  }
}

TEST(GraphModel, TellsGraphsApart) {
  Random random(kSeed);
  const Matrix<double> outputs = ModelSample(small_config()).outputs(make_batch(sample_graphs(random)));
  for (Index i = 0; i < outputs.rows(); ++i) {
    for (Index j = 0; j < i; ++j) EXPECT_GT((outputs.row(i) - outputs.row(j)).norm(), 1e-6) << i << " " << j;
  }
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
  config.blocks = "PDPD";
  const ModelSample two(config);
  EXPECT_GT((nodes(graph, two).row(0) - nodes(changed, two).row(0)).norm(), 1e-9);
}

TEST(GraphModel, AcceptsABatchOfNoGraphs) {
  for (const StmLayerKind kind : kKinds) {
    for (const bool edge_encoder : {false, true}) {
      if (edge_encoder && kind == StmLayerKind::kNode) continue;
      GraphModelConfig config = small_config(kind);
      config.edge_encoder = edge_encoder;
      const ModelSample sample(config);
      const GraphBatch batch;
      const Matrix<double> outputs = sample.outputs(batch);
      EXPECT_EQ(outputs.rows(), 0);
      EXPECT_EQ(outputs.cols(), 2);
      const auto result = run_backward<double>(sample.inputs, sample.run(batch));
      EXPECT_THAT(result.parameters, testing::Each(0.0));
    }
  }
}

// New names for the nodes, the edges in the same order. Only kListed ignores the names: the canonical order of edges
// is made of them.
TEST(GraphModel, RelabellingNodesLeavesTheOutputs) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(random_dag(8, 0.5, random), random);
  const AttributedGraph renamed =
      with_nodes_renamed(graph, random_permutation(graph.dag.num_nodes(), random));
  for (const StmLayerKind kind : kKinds) {
    for (const Pooling pooling : {Pooling::kMean, Pooling::kSum, Pooling::kMax}) {
      GraphModelConfig config = small_config(kind);
      config.max_degree = 8;
      config.blocks = "PDPD";
      config.edge_encoder = kind == StmLayerKind::kEdge;
      config.pooling = pooling;
      const ModelSample sample(config);
      const PrepareOptions listed{.order = EdgeOrder::kListed};
      const Matrix<double> a = sample.outputs(make_batch({prepare_graph(graph, listed)}));
      const Matrix<double> b = sample.outputs(make_batch({prepare_graph(renamed, listed)}));
      EXPECT_LE((a - b).cwiseAbs().maxCoeff(), 1e-11 * (1 + a.cwiseAbs().maxCoeff()));
    }
  }
}

// The same edges, each with its features, in another order.
AttributedGraph with_edges_permuted(const AttributedGraph& graph, const std::vector<EdgeId>& order) {
  AttributedGraph permuted = graph;
  std::vector<Arc> edges;
  const std::ptrdiff_t values = graph.edge_value_width, codes = graph.edge_code_width;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto from = static_cast<std::ptrdiff_t>(order[i]);
    const auto to = static_cast<std::ptrdiff_t>(i);
    edges.push_back(graph.dag.edges()[static_cast<std::size_t>(from)]);
    std::copy_n(graph.edge_values.begin() + from * values, values,
                permuted.edge_values.begin() + to * values);
    std::copy_n(graph.edge_codes.begin() + from * codes, codes, permuted.edge_codes.begin() + to * codes);
  }
  permuted.dag = Dag(graph.dag.num_nodes(), std::move(edges));
  return permuted;
}

// Every body, P and D, both directions: outputs of nodes and graphs keep their bits, those of edges go with the edges.
RC_GTEST_PROP(GraphModelLaws, TheOrderOfEdgesChangesNothing, (std::uint64_t seed)) {
  Random random(seed);
  const auto nodes = static_cast<NodeId>(2 + random.below(12));
  const AttributedGraph graph = random_features(random_dag(nodes, random.uniform(), random), random);
  const std::vector<EdgeId> order = random_permutation(graph.dag.num_edges(), random);
  const GraphBatch batch = make_batch({prepare_graph(graph)});
  const GraphBatch permuted = make_batch({prepare_graph(with_edges_permuted(graph, order))});
  for (const StmLayerKind kind : kKinds) {
    for (const Readout readout : {Readout::kGraph, Readout::kNode, Readout::kEdge}) {
      GraphModelConfig config = small_config(kind);
      config.max_degree = 16;
      config.blocks = "PDPD";
      config.edge_encoder = kind == StmLayerKind::kEdge;
      config.neighbours = random.below(2) == 0;
      config.readout = readout;
      const ModelSample sample(config);
      const Matrix<float> a = sample.outputs<float>(batch);
      Matrix<float> b = sample.outputs<float>(permuted);
      if (readout == Readout::kEdge) {
        const Matrix<float> listed = b;
        for (std::size_t i = 0; i < order.size(); ++i) b.row(order[i]) = listed.row(static_cast<Index>(i));
      }
      if (instruction_set() == InstructionSet::kBaseline) {  // Eigen rounds a row by its place in the matrix
        RC_ASSERT(a.isApprox(b, 1e-5f));
      } else {
        RC_ASSERT(a == b);
      }
    }
  }
}

TEST(GraphModel, TheLayoutsThatItReadsAreEnough) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(random_dag(8, 0.5, random), random);
  const GraphBatch all = make_batch({prepare_graph(graph)});
  for (const char* blocks : {"P", "D", "DD", "PDPD"}) {
    GraphModelConfig config = small_config();
    config.blocks = blocks;
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

TEST(GraphModel, FloatFollowsDouble) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for (const StmLayerKind kind : kKinds) {
    const ModelSample sample(small_config(kind));
    const Matrix<double> expected = sample.outputs(batch);
    EXPECT_LE((sample.outputs<float>(batch).cast<double>() - expected).cwiseAbs().maxCoeff(),
              2e-5 * (1 + expected.cwiseAbs().maxCoeff()));
  }
}

TEST(GraphModel, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  std::vector<PreparedGraph> graphs;
  for (int i = 0; i < 100; ++i)
    graphs.push_back(prepare_graph(random_features(random_dag(30, 0.1, random), random)));
  const GraphBatch batch = make_batch(graphs);
  GraphModelConfig config = small_config();
  config.width = 32;
  const ModelSample sample(config, 0.2);
  expect_same_bits_for_every_number_of_threads(sample, batch);
}

// Large enough for loops over rows to be cut into blocks, and sums over rows too.
TEST(GraphModel, ALargeGraphHasTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  const GraphBatch batch =
      make_batch({prepare_graph(random_features(thin_dag(33000, 3, 0.6, false, random), random))});
  for (const StmLayerKind kind : kKinds) {
    GraphModelConfig config = small_config(kind);
    config.width = 8;
    config.readout = Readout::kNode;
    config.residual_scale = true;
    expect_same_bits_for_every_number_of_threads(ModelSample(config, 0.2), batch);
    config.gated = true;
    expect_same_bits_for_every_number_of_threads(ModelSample(config, 0.2), batch);
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

  GraphModelConfig valued = config_with_values(0);
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
  narrow.max_degree = 2;
  expect(narrow, good,
         ThrowsMessage<GraphError>("graph model: a node has 3 in- or out-edges, the model serves at most 2"));
}

}  // namespace
}  // namespace plstm::test
