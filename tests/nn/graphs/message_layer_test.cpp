#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/message_layer.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;
using enum MessageLayerKind;

constexpr MessageLayerKind kKinds[] = {kGcn,  kGat,         kGin,         kMpnn,
                                       kLstm, kDirectedGcn, kDirectedGin, kDirectedLstm};

StmGraph layout_of(const Dag& dag) {
  return make_stm_graph(dag, make_line_graph(dag));
}

// A layer with parameters at random on node and edge features at random.
struct Sample {
  StmGraph graph;
  LayerInputs inputs;
  MessageLayer layer;

  explicit Sample(MessageLayerOptions options, const Dag& dag = Dag(4, {{0, 1}, {1, 2}, {0, 2}}))
      : graph(layout_of(dag)) {
    options.width = 4;
    options.heads = 2;
    layer = add_message_layer(inputs.layout, "m", options);
    Random random(kSeed);
    inputs.values = random_values(inputs.layout, 0.5, random);
    inputs.matrices = {random_matrix(graph.num_nodes, 4, random), random_matrix(graph.num_edges, 3, random)};
  }

  // The layer twice, so that an LSTM's cell matters.
  auto function() const {
    return [this](auto& tape, const auto& x) {
      auto state = apply(tape, layer, graph, {x[0], {}}, x[1]);
      return apply(tape, layer, graph, state, x[1]).hidden;
    };
  }
  auto once() const {
    return [this](auto& tape, const auto& x) { return apply(tape, layer, graph, {x[0], {}}, x[1]).hidden; };
  }

  void set(ParameterId id, const std::vector<double>& values) {
    std::ranges::copy(values, inputs.values.begin() + static_cast<std::ptrdiff_t>(inputs.layout[id].offset));
  }
};

std::vector<std::string> names(MessageLayerKind kind, Index edge_width) {
  const Sample sample({.kind = kind, .edge_width = edge_width});
  std::vector<std::string> list;
  for (const ParameterInfo& info : sample.inputs.layout.infos()) list.push_back(info.name);
  return list;
}

TEST(MessageLayer, NamesItsParameters) {
  EXPECT_THAT(names(kGcn, 0), ElementsAre("m.norm.scale", "m.value.weight", "m.value.bias"));
  EXPECT_THAT(names(kGat, 3), ElementsAre("m.norm.scale", "m.value.weight", "m.value.bias", "m.target_score",
                                          "m.source_score", "m.edge.weight"));
  EXPECT_THAT(names(kGin, 3), ElementsAre("m.norm.scale", "m.self_weight", "m.up.weight", "m.up.bias",
                                          "m.down.weight", "m.down.bias", "m.edge.weight"));
  EXPECT_THAT(names(kMpnn, 0), ElementsAre("m.norm.scale", "m.target.weight", "m.target.bias",
                                           "m.source.weight", "m.update.weight", "m.update.bias"));
  EXPECT_THAT(names(kLstm, 0), ElementsAre("m.norm.scale", "m.update.weight", "m.update.bias"));
  EXPECT_THAT(names(kDirectedGcn, 0), ElementsAre("m.norm.scale", "m.value.weight", "m.value.bias"));
  EXPECT_THAT(names(kDirectedGin, 3), ElementsAre("m.norm.scale", "m.up.weight", "m.up.bias", "m.down.weight",
                                                  "m.down.bias", "m.edge.weight", "m.successor_edge.weight"));
  EXPECT_THAT(names(kDirectedLstm, 0), ElementsAre("m.norm.scale", "m.update.weight", "m.update.bias"));
}

TEST(MessageLayer, GradientsMatch) {
  Random random(kSeed);
  for (const MessageLayerKind kind : kKinds) {
    for (const Index edge_width : {0, 3}) {
      if (edge_width > 0 && !reads_edges(kind)) continue;
      for (const Dag& dag :
           {Dag(4, {{0, 1}, {1, 2}, {0, 2}}), random_dag(7, 0.4, random), Dag(2, {}), Dag()}) {
        const Sample sample({.kind = kind, .edge_width = edge_width}, dag);
        EXPECT_TRUE(gradients_match(sample.inputs, sample.function()))
            << name(kind) << " " << edge_width << " " << dag.num_nodes();
      }
    }
  }
}

TEST(MessageLayer, GradientsMatchWhileTraining) {
  for (const MessageLayerKind kind : kKinds) {
    Sample sample({.kind = kind, .dropout = 0.3});
    const Matrix<double> still = evaluate<double>(sample.inputs, sample.function());
    sample.inputs.training = true;
    sample.inputs.seed = 5;
    EXPECT_NE(evaluate<double>(sample.inputs, sample.function()), still) << name(kind);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.function())) << name(kind);
  }
}

// On two nodes with an edge, of width 1: rms norm leaves the signs of x, so z = (1, -1).
struct Pair {
  StmGraph graph = layout_of(Dag(2, {{0, 1}}));
  LayerInputs inputs;
  MessageLayer layer;

  explicit Pair(MessageLayerKind kind, Index edge_width = 0) {
    layer = add_message_layer(inputs.layout, "m",
                              {.kind = kind, .width = 1, .edge_width = edge_width, .epsilon = 0});
    inputs.values.assign(inputs.layout.total_size(), 0.0);
    inputs.matrices = {Matrix<double>{{3}, {-5}}, Matrix<double>{{2}}};
    set(layer.norm, {1});
  }
  void set(ParameterId id, const std::vector<double>& values) {
    std::ranges::copy(values, inputs.values.begin() + static_cast<std::ptrdiff_t>(inputs.layout[id].offset));
  }
  void expect(double first, double second) const {
    const Matrix<double> y = evaluate<double>(inputs, [this](auto& tape, const auto& x) {
      return apply(tape, layer, graph, {x[0], {}}, x[1]).hidden;
    });
    EXPECT_TRUE(y.isApprox(Matrix<double>{{first}, {second}}, 1e-13)) << y;
  }
};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

TEST(MessageLayer, HasKnownValues) {
  Pair gcn(kGcn);
  gcn.set(gcn.layer.value.weight, {7});
  gcn.set(gcn.layer.value.bias, {0.25});
  gcn.expect(3 + 0.25, -5 + 0.25);  // (1 - 1) / 2 each
  gcn.set(gcn.layer.value.bias, {-0.25});
  gcn.expect(3, -5);

  Pair gin(kGin);
  gin.set(gin.layer.self_weight, {1.5});
  gin.set(gin.layer.up.weight, {2});
  gin.set(gin.layer.up.bias, {0.5});
  gin.set(gin.layer.down.weight, {10});
  gin.set(gin.layer.down.bias, {0.125});
  gin.expect(3 + 10 * (2 * 0.5 + 0.5) + 0.125, -5 + 0.125);  // 1.5 z_n + z_u = +-0.5

  Pair gine(kGin, 1);
  gine.set(gine.layer.self_weight, {1});
  gine.set(gine.layer.edge.weight, {1.5});  // 3 on the edge
  gine.set(gine.layer.up.weight, {1});
  gine.set(gine.layer.down.weight, {1});
  gine.expect(3 + 1 + (3 - 1), -5 - 1 + (3 + 1));

  Pair mpnn(kMpnn, 1);
  mpnn.set(mpnn.layer.target.weight, {2});
  mpnn.set(mpnn.layer.target.bias, {0.5});
  mpnn.set(mpnn.layer.source.weight, {-1});
  mpnn.set(mpnn.layer.edge.weight, {1});
  mpnn.set(mpnn.layer.update.weight, {1, 10});
  mpnn.set(mpnn.layer.update.bias, {0.25});
  mpnn.expect(3 + 1 + 10 * (2 + 0.5 + 1 + 2) + 0.25, -5);  // the second: relu(-1 + 0 + 0.25)

  Pair gat(kGat, 1);
  gat.set(gat.layer.value.weight, {4});
  gat.set(gat.layer.value.bias, {1});  // values 5 and -3
  gat.set(gat.layer.target_score, {0.1});
  gat.set(gat.layer.source_score, {0.2});
  gat.set(gat.layer.edge.weight, {0.3});
  const double a = std::exp(0.5 + 1.0), b = std::exp(0.5 - 0.6 + 0.6);
  const double c = std::exp(0.2 * (-0.3 - 0.6)), d = std::exp(-0.3 + 1.0 + 0.6);
  gat.expect(3 + (5 * a - 3 * b) / (a + b), -5 + (-3 * c + 5 * d) / (c + d));

  Pair lstm(kLstm);
  lstm.set(lstm.layer.update.weight, {1, 0, 0, 2, 0, 0, 0, -1});  // i = z_n, o = 2 mean, f = 0, g = -mean
  lstm.expect(sigmoid(-2) * std::tanh(sigmoid(1) * std::tanh(1)),
              sigmoid(2) * std::tanh(sigmoid(-1) * std::tanh(-1)));
}

// On 0 -> 1: node 0 has z = 1 and a successor with -1, node 1 has z = -1 and a predecessor with 1.
TEST(MessageLayer, DirectedKindsHaveKnownValues) {
  Pair gcn(kDirectedGcn);
  gcn.set(gcn.layer.value.weight, {1, 10, 100});
  gcn.set(gcn.layer.value.bias, {200});
  gcn.expect(3 + 1 - 100 + 200, -5 - 1 + 10 + 200);

  Pair gin(kDirectedGin);
  gin.set(gin.layer.up.weight, {1, 10, 100});
  gin.set(gin.layer.up.bias, {200});
  gin.set(gin.layer.down.weight, {2});
  gin.set(gin.layer.down.bias, {0.125});
  gin.expect(3 + 2 * (1 - 100 + 200) + 0.125, -5 + 2 * (-1 + 10 + 200) + 0.125);

  Pair gine(kDirectedGin, 1);
  gine.set(gine.layer.edge.weight, {1.5});            // 3 on the edge, for its head
  gine.set(gine.layer.successor_edge.weight, {2.5});  // 5 for its tail
  gine.set(gine.layer.up.weight, {1, 10, 100});
  gine.set(gine.layer.up.bias, {2});
  gine.set(gine.layer.down.weight, {1});
  gine.expect(3 + 1 + 100 * (-1 + 5) + 2, -5 - 1 + 10 * (1 + 3) + 2);

  Pair lstm(kDirectedLstm);
  // i = z_n, o = 2 of the predecessors, f = 0, g = 3 of the successors.
  lstm.set(lstm.layer.update.weight, {1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3});
  lstm.expect(sigmoid(0) * std::tanh(sigmoid(1) * std::tanh(-3)), 0);
}

// Degrees of the side count: two predecessors of node 2, three successors of node 0.
TEST(MessageLayer, DirectedConvolutionDividesByDegrees) {
  LayerInputs inputs;
  const MessageLayer layer =
      add_message_layer(inputs.layout, "m", {.kind = kDirectedGcn, .width = 1, .epsilon = 0});
  inputs.values.assign(inputs.layout.total_size(), 0.0);
  const auto set = [&](ParameterId id, const std::vector<double>& values) {
    std::ranges::copy(values, inputs.values.begin() + static_cast<std::ptrdiff_t>(inputs.layout[id].offset));
  };
  set(layer.norm, {1});
  set(layer.value.weight, {0, 1, 0});
  const StmGraph graph = layout_of(Dag(4, {{0, 1}, {0, 2}, {0, 3}, {1, 2}}));
  inputs.matrices = {Matrix<double>::Constant(4, 1, 7)};  // z = 1
  const Matrix<double> y = evaluate<double>(inputs, [&](auto& tape, const auto& x) {
    return apply(tape, layer, graph, {x[0], {}}, {}).hidden;
  });
  const Matrix<double> expected{
      {7}, {7 + 1 / std::sqrt(3.0)}, {7 + 1 / std::sqrt(6.0) + 1 / std::sqrt(2.0)}, {7 + 1 / std::sqrt(3.0)}};
  EXPECT_TRUE(y.isApprox(expected, 1e-13)) << y;
}

// New numbers for the nodes permute the rows; other directions of the edges are seen by the directed kinds alone.
TEST(MessageLayer, NamesDoNotMatterAndDirectionsForSome) {
  const Dag dag(5, {{0, 1}, {1, 2}, {0, 2}, {3, 2}});
  const std::vector<Index> rename{3, 0, 4, 1, 2};
  for (const MessageLayerKind kind : kKinds) {
    const bool directed = kind == kDirectedGcn || kind == kDirectedGin || kind == kDirectedLstm;
    std::vector<Arc> edges;
    for (const Arc& edge : dag.edges()) {
      const Arc renamed{static_cast<NodeId>(rename[static_cast<std::size_t>(edge.tail)]),
                        static_cast<NodeId>(rename[static_cast<std::size_t>(edge.head)])};
      edges.push_back(directed ? renamed : Arc{renamed.head, renamed.tail});
    }
    const MessageLayerOptions options{.kind = kind, .edge_width = reads_edges(kind) ? 3 : 0};
    const Sample sample(options, dag);
    Sample renamed(options, Dag(5, edges));
    for (Index n = 0; n < 5; ++n) {
      renamed.inputs.matrices[0].row(rename[static_cast<std::size_t>(n)]) = sample.inputs.matrices[0].row(n);
    }
    const Matrix<double> y = evaluate<double>(sample.inputs, sample.function());
    const Matrix<double> z = evaluate<double>(renamed.inputs, renamed.function());
    for (Index n = 0; n < 5; ++n) {
      EXPECT_TRUE(y.row(n).isApprox(z.row(rename[static_cast<std::size_t>(n)]), 1e-12)) << name(kind) << n;
    }
  }
}

TEST(MessageLayer, RejectsOptionsThatDoNotFit) {
  const auto expect = [](const MessageLayerOptions& options, const char* message) {
    ParameterLayout layout;
    EXPECT_THAT([&] { add_message_layer(layout, "m", options); }, ThrowsMessage<ConfigError>(message));
  };
  expect({.kind = kGin}, "GIN layer: width is 0, expected at least 1");
  expect({.kind = kGat, .width = 4, .heads = 3}, "GAT layer: 3 heads do not divide the width 4");
  expect({.kind = kGat, .width = 4, .heads = 0}, "GAT layer: 0 heads do not divide the width 4");
  expect({.kind = kMpnn, .width = 4, .edge_width = -1}, "MPNN layer: edge_width is -1, expected at least 0");
  expect({.kind = kGcn, .width = 4, .edge_width = 2},
         "GCN layer: takes no edge features, edge_width must be 0");
  expect({.kind = kLstm, .width = 4, .edge_width = 2},
         "LSTM layer: takes no edge features, edge_width must be 0");
  expect({.kind = kDirectedGcn, .width = 4, .edge_width = 2},
         "directed GCN layer: takes no edge features, edge_width must be 0");
  expect({.kind = kDirectedGin}, "directed GIN layer: width is 0, expected at least 1");
}

TEST(MessageLayer, ComplainsAboutEdgeFeaturesOfAnotherWidth) {
  Sample sample({.kind = kGin, .edge_width = 3});
  sample.inputs.matrices[1] = Matrix<double>::Zero(3, 2);
  EXPECT_THROW(evaluate<double>(sample.inputs, sample.once()), ShapeError);
  sample.inputs.matrices[1] = Matrix<double>::Zero(2, 3);
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, sample.once()); },
              ThrowsMessage<ShapeError>("sum_messages: edges has shape [2, 4], expected [3, 4]"));
}

}  // namespace
}  // namespace plstm::test
