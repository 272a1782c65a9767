#include "plstm/nn/graphs/graph_body.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

// Bodies, and graph models whose body is not the paper's.
namespace plstm::test {
namespace {

using ::testing::Contains;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAre;
using enum GraphBodyKind;

constexpr GraphBodyKind kBodies[] = {
    kGcn,          kGat,   kGin,  kMpnn,     kLstm,    kDirectedGcn,    kDirectedGin,
    kDirectedLstm, kDagnn, kDvae, kTreeLstm, kMaxPlus, kDagTransformer, kNone};

bool may_encode_edges(GraphBodyKind kind) {
  return kind == kGat || kind == kGin || kind == kMpnn || kind == kDirectedGin || kind == kDagnn ||
         kind == kMaxPlus;
}

bool sees_directions(GraphBodyKind kind) {
  return kind == kDirectedGcn || kind == kDirectedGin || kind == kDirectedLstm || kind == kDagnn ||
         kind == kDvae || kind == kTreeLstm || kind == kMaxPlus || kind == kDagTransformer;
}

GraphModelConfig body_config(GraphBodyKind kind, bool edge_encoder = false) {
  GraphModelConfig config = small_config();
  config.body = default_body(kind);
  if (auto* body = std::get_if<MessageBody>(&config.body)) {
    body->layers = 2;
    body->heads = 2;
  }
  if (auto* body = std::get_if<DagTransformerBody>(&config.body)) {
    body->layers = 2;
    body->heads = 2;
  }
  config.edge_encoder = edge_encoder;
  config.pooling = Pooling::kSum;
  return config;
}

template <class F>
void for_each_model(const F& f) {
  for (const GraphBodyKind body : kBodies) {
    for (const bool edge_encoder : {false, true}) {
      if (edge_encoder && !may_encode_edges(body)) continue;
      SCOPED_TRACE(std::string(name_of(kGraphBodyNames, body)) + (edge_encoder ? " with edges" : ""));
      f(body_config(body, edge_encoder));
    }
  }
}

// How many layers stand in the model, whatever their kind.
std::size_t num_layers(const GraphModel& model) {
  return std::visit(
      [](const auto& layers) -> std::size_t {
        if constexpr (requires { layers.size(); }) return layers.size();
        return 0;
      },
      model.body);
}

TEST(GraphBody, HasItsLayers) {
  for (const GraphBodyKind body : kBodies) {
    SCOPED_TRACE(name_of(kGraphBodyNames, body));
    const GraphModel model = make_graph_model(body_config(body));
    EXPECT_EQ(model.body.index(), model.config.body.index());
    EXPECT_EQ(num_layers(model), body == kNone ? 0u : 2u);
  }
  GraphModelConfig config = body_config(kGin, true);
  config.dropout = 0.25;
  const GraphModel gin = make_graph_model(config);
  const auto& layers = std::get<std::vector<MessageLayer>>(gin.body);
  EXPECT_EQ(layers[1].options.kind, MessageLayerKind::kGin);
  EXPECT_EQ(layers[1].options.edge_width, 4);
  EXPECT_EQ(layers[1].options.dropout, 0.25);
  EXPECT_THAT(parameter_names(gin.layout), Contains("layers.1.self_weight"));
  config = body_config(kDagnn, true);
  config.body = CellBody{.layers = 3, .directions = CellDirections::kBackward};
  config.dropout = 0.25;
  const GraphModel dagnn = make_graph_model(config);
  const auto& cells = std::get<std::vector<CellLayer>>(dagnn.body);
  ASSERT_EQ(cells.size(), 3u);
  EXPECT_EQ(cells[2].options.edge_width, 4);
  EXPECT_EQ(cells[2].options.dropout, 0.25);
  EXPECT_THAT(parameter_names(dagnn.layout), Contains("layers.2.backward.score"));
}

TEST(GraphBody, GradientsMatch) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for_each_model([&](const GraphModelConfig& config) {
    const ModelSample sample(config);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6}));
  });
}

TEST(GraphBody, GradientsMatchWhileTraining) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for_each_model([&](GraphModelConfig config) {
    config.dropout = 0.2;
    config.final_norm = true;
    ModelSample sample(config);
    const Matrix<double> still = sample.outputs(batch);
    sample.inputs.training = true;
    sample.inputs.seed = 3;
    EXPECT_EQ(sample.outputs(batch) == still, kind_of(config.body) == kNone);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch), {.most_entries = 6}));
  });
}

// Also a single node, no node at all, and nodes without edges.
TEST(GraphBody, ABatchGivesWhatItsGraphsGiveAlone) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = sample_graphs(random);
  for_each_model([&](const GraphModelConfig& config) {
    const ModelSample sample(config);
    const Matrix<double> together = sample.outputs(make_batch(graphs));
    ASSERT_EQ(together.rows(), 6);
    for (std::size_t i = 0; i < graphs.size(); ++i) {
      const Matrix<double> alone = sample.outputs(make_batch({graphs[i]}));
      EXPECT_LE((alone.row(0) - together.row(static_cast<Index>(i))).cwiseAbs().maxCoeff(), 1e-12) << i;
    }
  });
}

TEST(GraphBody, AcceptsABatchOfNoGraphs) {
  for_each_model([](const GraphModelConfig& config) {
    const ModelSample sample(config);
    const GraphBatch batch;
    EXPECT_EQ(sample.outputs(batch).rows(), 0);
    EXPECT_THAT(run_backward<double>(sample.inputs, sample.run(batch)).parameters, testing::Each(0.0));
  });
}

TEST(GraphBody, NamesOfNodesDoNotMatterAndDirectionsForSome) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(random_dag(8, 0.5, random), random);
  const AttributedGraph renamed = with_nodes_renamed(graph, random_permutation(8, random));
  AttributedGraph reversed = renamed;
  reversed.dag = reverse(renamed.dag);
  for_each_model([&](const GraphModelConfig& config) {
    const AttributedGraph& changed = sees_directions(kind_of(config.body)) ? renamed : reversed;
    const ModelSample sample(config);
    const Matrix<double> a = sample.outputs(make_batch({prepare_graph(graph)}));
    const Matrix<double> b = sample.outputs(make_batch({prepare_graph(changed)}));
    EXPECT_LE((a - b).cwiseAbs().maxCoeff(), 1e-11 * (1 + a.cwiseAbs().maxCoeff()));
  });
}

// Degrees are left out, so that the layers alone decide.
TEST(GraphBody, DirectionsAreSeenByThoseThatShould) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(random_dag(8, 0.5, random), random);
  AttributedGraph reversed = graph;
  reversed.dag = reverse(graph.dag);
  for_each_model([&](GraphModelConfig config) {
    config.width = 16;
    config.degree_encoding = false;
    const ModelSample sample(config);
    const Matrix<double> a = sample.outputs(make_batch({prepare_graph(graph)}));
    const Matrix<double> b = sample.outputs(make_batch({prepare_graph(reversed)}));
    EXPECT_EQ((a - b).norm() > 1e-6, sees_directions(kind_of(config.body))) << (a - b).norm();
  });
}

TEST(GraphBody, AttentionRefusesLargeGraphs) {
  const GraphModel model = make_graph_model(body_config(kDagTransformer));
  Random random(kSeed);
  const PreparedGraph large = prepare_graph(random_features(Dag(8193, {}), random));
  const char* message =
      "a graph has 8193 nodes, attention to all that a node reaches is made for at most 8192; use a body "
      "whose cost grows "
      "with the edges, such as plstm";
  EXPECT_THAT([&] { check_graph(model, large); }, ThrowsMessage<GraphError>(message));
  const ModelSample sample(model.config);
  EXPECT_THAT([&] { sample.outputs(make_batch({large})); }, ThrowsMessage<GraphError>(message));
}

// The same bits for any order of the edges, each with its features.
TEST(GraphBody, OrderOfEdgesDoesNotMatter) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(random_dag(9, 0.6, random), random);
  const NodeId edges = graph.dag.num_edges();
  AttributedGraph shuffled = graph;
  std::vector<Arc> arcs;
  for (const std::int32_t from : random_permutation(edges, random)) {
    const auto to = static_cast<std::ptrdiff_t>(arcs.size());
    std::copy_n(graph.edge_values.begin() + 2 * from, 2, shuffled.edge_values.begin() + 2 * to);
    shuffled.edge_codes[static_cast<std::size_t>(to)] = graph.edge_codes[static_cast<std::size_t>(from)];
    arcs.push_back(graph.dag.edges()[static_cast<std::size_t>(from)]);
  }
  shuffled.dag = Dag(9, arcs);
  const GraphBatch a = make_batch({prepare_graph(graph)}), b = make_batch({prepare_graph(shuffled)});
  for_each_model([&](const GraphModelConfig& config) {
    const ModelSample sample(config);
    EXPECT_EQ(sample.outputs<float>(a), sample.outputs<float>(b));
  });
}

// With all else equal, edges and their features are seen by those that should and by no other.
TEST(GraphBody, SeesEdgesAndTheirFeatures) {
  Random random(kSeed);
  const AttributedGraph graph = random_features(chain(5), random);
  AttributedGraph moved = graph;
  moved.dag = Dag(5, {{0, 1}, {1, 2}, {2, 3}, {2, 4}});
  AttributedGraph other = graph;
  other.edge_values[3] += 1;
  for_each_model([&](GraphModelConfig config) {
    config.width = 16;  // enough that some relu is open
    config.degree_encoding = false;
    const ModelSample sample(config);
    const Matrix<double> y = sample.outputs(make_batch({prepare_graph(graph)}));
    const double by_moving = (sample.outputs(make_batch({prepare_graph(moved)})) - y).norm();
    const double by_features = (sample.outputs(make_batch({prepare_graph(other)})) - y).norm();
    EXPECT_EQ(by_moving > 1e-6, kind_of(config.body) != kNone) << by_moving;
    EXPECT_EQ(by_features > 1e-6, config.edge_encoder) << by_features;
  });
}

TEST(GraphBody, FloatFollowsDouble) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for_each_model([&](const GraphModelConfig& config) {
    const ModelSample sample(config);
    const Matrix<double> expected = sample.outputs(batch);
    EXPECT_LE((sample.outputs<float>(batch).cast<double>() - expected).cwiseAbs().maxCoeff(),
              2e-5 * (1 + expected.cwiseAbs().maxCoeff()));
  });
}

TEST(GraphBody, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  std::vector<PreparedGraph> graphs;
  for (int i = 0; i < 40; ++i)
    graphs.push_back(prepare_graph(random_features(random_dag(30, 0.1, random), random)));
  const GraphBatch batch = make_batch(graphs);
  for_each_model([&](GraphModelConfig config) {
    config.width = 32;
    const ModelSample sample(config, 0.2);
    expect_same_bits_for_every_number_of_threads(sample, batch);
  });
}

// At depth 8, with the parameters a model starts from, no layer's weights have a gradient that vanishes or
// explodes beside those of the others.
TEST(GraphBody, GradientsReachEveryLayerOfADeepModel) {
  Random random(kSeed);
  std::vector<PreparedGraph> graphs;
  for (int i = 0; i < 10; ++i)
    graphs.push_back(prepare_graph(random_features(random_dag(20, 0.15, random), random)));
  const GraphBatch batch = make_batch(graphs);
  for_each_model([&](GraphModelConfig config) {
    if (kind_of(config.body) == kNone) return;
    config.width = 32;
    if (auto* cells = std::get_if<CellBody>(&config.body)) {
      cells->layers = 8;
    } else if (auto* transformer = std::get_if<DagTransformerBody>(&config.body)) {
      transformer->layers = 8;
    } else {
      std::get<MessageBody>(config.body).layers = 8;
    }
    ModelSample sample(config);
    sample.inputs.values = initial_values<double>(sample.model.layout, kSeed);
    const auto result = run_backward<double>(sample.inputs, sample.run(batch));
    std::vector<double> norms;
    for (int i = 0; i < 8; ++i) {
      double squares = 0;
      for (const ParameterInfo& info : sample.model.layout.infos()) {
        if (info.name.rfind("layers." + std::to_string(i) + ".", 0) != 0) continue;
        for (std::size_t k = 0; k < info.size; ++k) {
          const double g = result.parameters[info.offset + k];
          squares += g * g;
        }
      }
      norms.push_back(std::sqrt(squares));
    }
    const auto [least, most] = std::ranges::minmax(norms);
    EXPECT_GT(least, 0);
    EXPECT_LT(most / least, 10);
  });
}

TEST(GraphBody, RejectsSettingsThatItWouldNotRead) {
  const auto expect = [](GraphBodyKind body, const char* message, const auto& change) {
    GraphModelConfig config = body_config(body);
    change(config);
    EXPECT_THAT([&] { make_graph_model(config); }, ThrowsMessage<ConfigError>(message));
  };
  for (const GraphBodyKind body :
       {kGcn, kLstm, kDirectedGcn, kDirectedLstm, kDvae, kTreeLstm, kDagTransformer, kNone}) {
    expect(body, "graph model: edge_encoder is on but no layer reads edge features",
           [](auto& c) { c.edge_encoder = true; });
  }
  expect(kMpnn, "graph model: layers is 0, expected 1 to 1024",
         [](auto& c) { std::get<MessageBody>(c.body).layers = 0; });
  expect(kGcn, "graph model: layers is 1025, expected 1 to 1024",
         [](auto& c) { std::get<MessageBody>(c.body).layers = 1025; });
  expect(kDvae, "graph model: layers is 0, expected 1 to 1024",
         [](auto& c) { std::get<CellBody>(c.body).layers = 0; });
  expect(kDagTransformer, "graph model: hops is -1, expected 0 to 8192",
         [](auto& c) { std::get<DagTransformerBody>(c.body).hops = -1; });
  expect(kDagTransformer, "graph model: width 4 must be a positive multiple of heads 3",
         [](auto& c) { std::get<DagTransformerBody>(c.body).heads = 3; });
  expect(kGin, "graph model: width is 0, expected at least 1", [](auto& c) { c.width = 0; });
  expect(kNone, "graph model: width is 0, expected at least 1", [](auto& c) { c.width = 0; });
  expect(kGat, "graph model: width 4 must be a positive multiple of heads 3",
         [](auto& c) { std::get<MessageBody>(c.body).heads = 3; });
  // Heads that are not read may be anything.
  EXPECT_NO_THROW(check_body(MessageBody{.kind = MessageLayerKind::kGin, .heads = 3}, 4));
}

TEST(GraphBody, EveryKindHasANameAndABodyOfItsOwn) {
  std::vector<GraphBodyKind> kinds;
  for (const auto& [kind, name] : kGraphBodyNames) {
    EXPECT_EQ(kind_of(default_body(kind)), kind) << name;
    EXPECT_EQ(parse_named(kGraphBodyNames, "body", name), kind);
    EXPECT_NO_THROW(check_body(default_body(kind), 96)) << name;
    kinds.push_back(kind);
  }
  EXPECT_THAT(
      kinds, UnorderedElementsAre(kStm, kGcn, kGat, kGin, kMpnn, kLstm, kDirectedGcn, kDirectedGin,
                                  kDirectedLstm, kDagnn, kDvae, kTreeLstm, kMaxPlus, kDagTransformer, kNone));
  EXPECT_EQ(std::get<MessageBody>(default_body(kMpnn)).kind, MessageLayerKind::kMpnn);
}

TEST(GraphBody, LayersOfSomeBodiesReadEdges) {
  for (const auto& [kind, name] : kGraphBodyNames)
    EXPECT_EQ(reads_edges(default_body(kind)), kind == kStm || may_encode_edges(kind)) << name;
  const GraphBody nodes = StmBody{.layer = StmLayerKind::kNode};
  EXPECT_FALSE(reads_edges(nodes));
  EXPECT_TRUE(reads_edges(StmBody{.layer = StmLayerKind::kNode, .neighbours = true}));
  EXPECT_TRUE(has_node_layers(nodes));
  EXPECT_FALSE(has_node_layers(StmBody{}));
  EXPECT_FALSE(has_node_layers(default_body(kGat)));
}

}  // namespace
}  // namespace plstm::test
