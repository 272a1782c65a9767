#include "plstm/nn/graphs/cells/cell_layer.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;
using enum CellKind;

constexpr CellKind kKinds[] = {kDagnn, kDvae, kTreeLstm, kMaxPlus};
constexpr CellDirections kWays[] = {CellDirections::kForward, CellDirections::kBackward,
                                    CellDirections::kBoth};

// A layer with parameters at random on features at random.
struct Sample {
  NodeLevels forward, backward;
  LayerInputs inputs;
  CellLayer layer;

  explicit Sample(CellLayerOptions options, const Dag& dag = Dag(4, {{0, 1}, {1, 2}, {0, 2}})) {
    const StmGraph graph = make_stm_graph(dag, make_line_graph(dag));
    forward = make_node_levels(graph);
    backward = make_node_levels(graph, EdgeDirection::kBackward);
    if (options.width == 0) options.width = 4;
    layer = add_cell_layer(inputs.layout, "c", options);
    Random random(kSeed);
    inputs.values = random_values(inputs.layout, 0.5, random);
    inputs.matrices = {random_matrix(dag.num_nodes(), options.width, random),
                       random_matrix(dag.num_edges(), 3, random)};
  }

  auto function() const {
    return [this](auto& tape, const auto& x) {
      return apply(tape, layer, {&forward, &backward}, x[0], x[1]);
    };
  }
  void set(ParameterId id, const std::vector<double>& values) {
    std::ranges::copy(values, inputs.values.begin() + static_cast<std::ptrdiff_t>(inputs.layout[id].offset));
  }
};

template <class F>
void for_each_layer(const F& f) {
  for (const CellKind kind : kKinds) {
    for (const CellDirections directions : kWays) {
      for (const Index edge_width : {0, 3}) {
        if (edge_width > 0 && !reads_edges(kind)) continue;
        SCOPED_TRACE(std::to_string(static_cast<int>(kind)) + " " +
                     std::string(name_of(kCellDirectionNames, directions)) + " " +
                     std::to_string(edge_width));
        f(CellLayerOptions{.kind = kind, .directions = directions, .edge_width = edge_width});
      }
    }
  }
}

std::vector<std::string> names(const CellLayerOptions& options) {
  const Sample sample(options);
  std::vector<std::string> list;
  for (const ParameterInfo& info : sample.inputs.layout.infos()) list.push_back(info.name);
  return list;
}

TEST(CellLayer, NamesItsParameters) {
  EXPECT_THAT(names({.kind = kDagnn, .directions = CellDirections::kForward, .edge_width = 3}),
              ElementsAre("c.norm.scale", "c.forward.input.weight", "c.forward.input.bias",
                          "c.forward.edge.weight", "c.forward.recurrent.weight", "c.forward.recurrent.bias",
                          "c.forward.score", "c.out.weight", "c.out.bias"));
  EXPECT_THAT(
      names({.kind = kDvae, .directions = CellDirections::kBackward}),
      ElementsAre("c.norm.scale", "c.backward.input.weight", "c.backward.input.bias",
                  "c.backward.recurrent.weight", "c.backward.recurrent.bias", "c.backward.gate.weight",
                  "c.backward.gate.bias", "c.backward.message.weight", "c.out.weight", "c.out.bias"));
  EXPECT_THAT(
      names({.kind = kTreeLstm, .directions = CellDirections::kForward}),
      ElementsAre("c.norm.scale", "c.forward.input.weight", "c.forward.input.bias",
                  "c.forward.recurrent.weight", "c.forward.forget.weight", "c.out.weight", "c.out.bias"));
  EXPECT_THAT(names({.kind = kMaxPlus}),
              ElementsAre("c.norm.scale", "c.forward.input.weight", "c.forward.input.bias",
                          "c.backward.input.weight", "c.backward.input.bias", "c.out.weight", "c.out.bias"));
}

TEST(CellLayer, GradientsMatch) {
  Random random(kSeed);
  const std::vector<Dag> dags{Dag(4, {{0, 1}, {1, 2}, {0, 2}}), random_dag(9, 0.5, random), Dag(2, {}),
                              Dag()};
  for_each_layer([&](const CellLayerOptions& options) {
    for (const Dag& dag : dags) {
      const Sample sample(options, dag);
      EXPECT_TRUE(gradients_match(sample.inputs, sample.function(), {.most_entries = 24})) << dag.num_nodes();
    }
  });
}

TEST(CellLayer, GradientsMatchWhileTraining) {
  for (const CellKind kind : kKinds) {
    Sample sample({.kind = kind, .dropout = 0.3});
    const Matrix<double> still = evaluate<double>(sample.inputs, sample.function());
    sample.inputs.training = true;
    sample.inputs.seed = 5;
    EXPECT_NE(evaluate<double>(sample.inputs, sample.function()), still);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.function(), {.most_entries = 24}));
  }
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// Three nodes, edges 0->2 and 1->2, of width 1: rms norm leaves the signs of x, so z = (1, -1, 1). The layer gives
// x + h.
struct Join {
  Sample sample;

  explicit Join(CellKind kind, Index edge_width = 0)
      : sample({.kind = kind,
                .directions = CellDirections::kForward,
                .width = 1,
                .edge_width = edge_width,
                .epsilon = 0},
               Dag(3, {{0, 2}, {1, 2}})) {
    sample.inputs.values.assign(sample.inputs.layout.total_size(), 0.0);
    sample.inputs.matrices = {Matrix<double>{{3}, {-5}, {2}}, Matrix<double>{{2}, {1}}};
    sample.set(sample.layer.norm, {1});
    sample.set(sample.layer.out.weight, {1});
  }
  const CellParameters& cell() const { return sample.layer.cells[0]; }
  void expect(double a, double b, double c) const {
    const Matrix<double> y = evaluate<double>(sample.inputs, sample.function());
    EXPECT_TRUE(y.isApprox(Matrix<double>{{3 + a}, {-5 + b}, {2 + c}}, 1e-13)) << y;
  }
};

// r = sigma(x[0] + u[0] m) and so on.
double gru(const std::vector<double>& x, const std::vector<double>& u, double bias, double m) {
  const double r = sigmoid(x[0] + u[0] * m), z = sigmoid(x[1] + u[1] * m);
  const double n = std::tanh(x[2] + r * (u[2] * m + bias));
  return (1 - z) * n + z * m;
}

TEST(CellLayer, DagnnHasKnownValues) {
  Join join(kDagnn, 1);
  join.sample.set(join.cell().input.weight, {0.5, -1, 2});
  join.sample.set(join.cell().input.bias, {0.1, 0.2, -0.3});
  join.sample.set(join.cell().recurrent.weight, {1.5, -0.5, 0.75});
  join.sample.set(join.cell().recurrent.bias, {0.4});
  join.sample.set(join.cell().score, {2});
  join.sample.set(join.cell().edge.weight, {-1});
  const std::vector<double> u{1.5, -0.5, 0.75}, plus{0.6, -0.8, 1.7}, minus{-0.4, 1.2, -2.3};
  const double a = gru(plus, u, 0.4, 0), b = gru(minus, u, 0.4, 0);
  const double va = a - 2, vb = b - 1;  // with the edge features
  const double of_a = std::exp(2 * va), of_b = std::exp(2 * vb);
  join.expect(a, b, gru(plus, u, 0.4, (of_a * va + of_b * vb) / (of_a + of_b)));
}

TEST(CellLayer, DvaeHasKnownValues) {
  Join join(kDvae);
  join.sample.set(join.cell().input.weight, {0.5, -1, 2});
  join.sample.set(join.cell().input.bias, {0.1, 0.2, -0.3});
  join.sample.set(join.cell().recurrent.weight, {1.5, -0.5, 0.75});
  join.sample.set(join.cell().recurrent.bias, {0.4});
  join.sample.set(join.cell().gate.weight, {3});
  join.sample.set(join.cell().gate.bias, {-0.25});
  join.sample.set(join.cell().message.weight, {-2});
  const std::vector<double> u{1.5, -0.5, 0.75}, plus{0.6, -0.8, 1.7}, minus{-0.4, 1.2, -2.3};
  const double a = gru(plus, u, 0.4, 0), b = gru(minus, u, 0.4, 0);
  const double m = sigmoid(3 * a - 0.25) * -2 * a + sigmoid(3 * b - 0.25) * -2 * b;
  join.expect(a, b, gru(plus, u, 0.4, m));
}

TEST(CellLayer, TreeLstmHasKnownValues) {
  Join join(kTreeLstm);
  join.sample.set(join.cell().input.weight, {0.5, -1, 2, 0.25});
  join.sample.set(join.cell().input.bias, {0.1, 0.2, -0.3, -0.5});
  join.sample.set(join.cell().recurrent.weight, {1.5, -0.5, 0.75});
  join.sample.set(join.cell().gate.weight, {-3});
  const double ca = sigmoid(0.6) * std::tanh(1.7), a = sigmoid(-0.8) * std::tanh(ca);
  const double cb = sigmoid(-0.4) * std::tanh(-2.3), b = sigmoid(1.2) * std::tanh(cb);
  const double s = a + b, fa = sigmoid(0.25 - 0.5 - 3 * a), fb = sigmoid(0.25 - 0.5 - 3 * b);
  const double c = sigmoid(0.6 + 1.5 * s) * std::tanh(1.7 + 0.75 * s) + fa * ca + fb * cb;
  join.expect(a, b, sigmoid(-0.8 - 0.5 * s) * std::tanh(c));
}

TEST(CellLayer, MaxPlusHasKnownValues) {
  Join join(kMaxPlus, 1);
  join.sample.set(join.cell().input.weight, {2});
  join.sample.set(join.cell().input.bias, {0.5});
  join.sample.set(join.cell().edge.weight, {-4});
  join.expect(2.5, -1.5, 2.5 + std::max(2.5 - 8, -1.5 - 4.0));  // equal: the first gets the gradient
  join.sample.set(join.cell().edge.weight, {1});
  join.expect(2.5, -1.5, 2.5 + 4.5);
}

// With weights of one, the state of a node is the number of nodes on the longest path to it.
TEST(CellLayer, MaxPlusCountsTheLongestPath) {
  Random random(kSeed);
  const Dag dag = random_dag(40, 0.1, random);
  Sample sample({.kind = kMaxPlus, .directions = CellDirections::kForward}, dag);
  sample.inputs.values.assign(sample.inputs.layout.total_size(), 0.0);
  sample.set(sample.layer.cells[0].input.bias, {1, 1, 1, 1});
  std::vector<double> identity(16, 0.0);
  for (std::size_t i = 0; i < 16; i += 5) identity[i] = 1;
  sample.set(sample.layer.out.weight, identity);
  sample.inputs.matrices[0].setZero();
  const Matrix<double> y = evaluate<double>(sample.inputs, sample.function());
  for (std::int32_t l = 0; l < sample.forward.num_levels(); ++l) {
    for (auto i = sample.forward.level_offsets[static_cast<std::size_t>(l)];
         i < sample.forward.level_offsets[static_cast<std::size_t>(l) + 1]; ++i) {
      EXPECT_EQ(y(sample.forward.nodes[static_cast<std::size_t>(i)], 2), l + 1);
    }
  }
}

// The backward direction is the forward one on the reversed DAG.
TEST(CellLayer, RunsBackwardAsOnTheReversedDag) {
  Random random(kSeed);
  const Dag dag = random_dag(12, 0.3, random);
  for (const CellKind kind : kKinds) {
    const Index edges = reads_edges(kind) ? 3 : 0;
    const Sample back({.kind = kind, .directions = CellDirections::kBackward, .edge_width = edges}, dag);
    const Sample there({.kind = kind, .directions = CellDirections::kForward, .edge_width = edges},
                       reverse(dag));
    ASSERT_EQ(back.inputs.values, there.inputs.values);
    const Matrix<double> y = evaluate<double>(back.inputs, back.function());
    EXPECT_TRUE(y.isApprox(evaluate<double>(there.inputs, there.function()), 1e-13));
  }
}

TEST(CellLayer, FloatFollowsDouble) {
  Random random(kSeed);
  const Dag dag = random_dag(30, 0.2, random);
  for_each_layer([&](CellLayerOptions options) {
    options.width = 24;
    Sample sample(options, dag);
    for (double& value : sample.inputs.values) value *= 0.4;
    const auto exact = run_backward<double>(sample.inputs, sample.function());
    const auto near = run_backward<float>(sample.inputs, sample.function());
    EXPECT_LE((near.output.cast<double>() - exact.output).cwiseAbs().maxCoeff(),
              1e-5 * (1 + exact.output.cwiseAbs().maxCoeff()));
  });
}

TEST(CellLayer, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  std::vector<Arc> edges;  // two narrow levels above a wide one
  for (NodeId n = 0; n < 2000; ++n) edges.push_back({n, 2000 + n % 300});
  for (NodeId n = 0; n < 300; ++n) edges.push_back({2000 + n, 2300 + n % 5});
  const Dag dag(2305, edges);
  for_each_layer([&](CellLayerOptions options) {
    options.width = 32;
    const Sample sample(options, dag);
    const auto run = [&](int threads) {
      const ThreadLimit limit(threads);
      return run_backward<float>(sample.inputs, sample.function());
    };
    const auto one = run(1);
    const auto more = run(3);
    EXPECT_EQ(more.output, one.output);
    EXPECT_EQ(more.parameters, one.parameters);
    EXPECT_EQ(more.matrices, one.matrices);
  });
}

TEST(CellLayer, RejectsOptionsThatDoNotFit) {
  const auto expect = [](const CellLayerOptions& options, const char* message) {
    ParameterLayout layout;
    EXPECT_THAT([&] { add_cell_layer(layout, "c", options); }, ThrowsMessage<ConfigError>(message));
  };
  expect({}, "cell layer: width is 0, expected at least 1");
  expect({.width = 4, .edge_width = -1}, "cell layer: edge_width is -1, expected at least 0");
  expect({.kind = kDvae, .width = 4, .edge_width = 2},
         "cell layer: this cell takes no edge features, edge_width must be 0");
}

}  // namespace
}  // namespace plstm::test
