#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/multitree.hpp>
#include <plstm/nn/graphs/stm_layer.hpp>

#include "support/golden.hpp"
#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ThrowsMessage;

constexpr StmLayerKind kKinds[] = {StmLayerKind::kNode, StmLayerKind::kEdge};
constexpr StmMode kModes[] = {StmMode::kPropagation, StmMode::kDiffusion};

StmGraph lay_out(const Dag& dag, StmMode mode) {
  const LineGraph line = make_line_graph(dag);
  return make_stm_graph(dag, mode == StmMode::kDiffusion ? prune_to_multitree(line) : line);
}

auto run(const StmLayer& layer, const StmGraph& graph) {
  return [&layer, &graph](auto& tape, const auto& x) {
    return apply(tape, layer, graph, x[0], layer.options.kind == StmLayerKind::kEdge ? x[1] : x[0]);
  };
}

Matrix<double> golden_matrix(const nlohmann::json& tensor) {
  const std::vector<double> data = golden_data(tensor);
  const Index rows = tensor.at("shape").at(0), cols = tensor.at("shape").at(1);
  return ConstMatrixMap<double>(data.data(), rows, cols);
}

std::span<const double> entries(const Matrix<double>& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

TEST(GoldenLayers, MatchEveryCase) {
  const nlohmann::json golden = read_golden("layers.json");
  ASSERT_FALSE(golden.empty());
  for (const auto& [name, c] : golden.items()) {
    StmLayerOptions options;
    options.kind = c.at("kind") == "edge" ? StmLayerKind::kEdge : StmLayerKind::kNode;
    options.mode = c.at("mode") == "D" ? StmMode::kDiffusion : StmMode::kPropagation;
    options.width = c.at("input_dim");
    options.heads = c.at("heads");
    options.max_degree = c.at("max_degree");
    options.edge_width = c.at("edge_input_dim");
    LayerInputs inputs;
    const StmLayer layer = add_stm_layer(inputs.layout, "layer", options);
    const StmGraph graph =
        lay_out(Dag(c.at("num_nodes").get<NodeId>(), golden_arcs(c.at("dag_edges"))), options.mode);
    EXPECT_EQ(graph.in_slot, c.at("in_slot").get<std::vector<std::int32_t>>()) << name;
    EXPECT_EQ(graph.out_slot, c.at("out_slot").get<std::vector<std::int32_t>>()) << name;

    const auto& parameters = c.at("parameters");
    ASSERT_EQ(inputs.layout.infos().size(), parameters.size()) << name;
    inputs.values.resize(inputs.layout.total_size());
    const auto local_name = [](const ParameterInfo& info) {
      return info.name.substr(std::string("layer.").size());
    };
    for (const ParameterInfo& info : inputs.layout.infos()) {
      ASSERT_TRUE(parameters.contains(local_name(info))) << name << ": " << info.name;
      const auto& tensor = parameters.at(local_name(info));
      ASSERT_EQ(info.shape, tensor.at("shape").get<std::vector<std::int64_t>>()) << name << ": " << info.name;
      std::ranges::copy(golden_data(tensor),
                        inputs.values.begin() + static_cast<std::ptrdiff_t>(info.offset));
    }
    inputs.matrices.push_back(golden_matrix(c.at("node_features")));
    if (options.kind == StmLayerKind::kEdge) inputs.matrices.push_back(golden_matrix(c.at("edge_features")));

    const TapeGradients<double> result =
        run_backward<double>(inputs, run(layer, graph), 0, golden_matrix(c.at("output_gradient")));
    EXPECT_TRUE(matches_golden(name + " output", entries(result.output), c.at("output")));
    EXPECT_TRUE(matches_golden(name + " grad_node_features", entries(result.matrices[0]),
                               c.at("grad_node_features")));
    if (options.kind == StmLayerKind::kEdge) {
      EXPECT_TRUE(matches_golden(name + " grad_edge_features", entries(result.matrices[1]),
                                 c.at("grad_edge_features")));
    }
    ASSERT_EQ(c.at("grad_parameters").size(), parameters.size()) << name;
    for (const ParameterInfo& info : inputs.layout.infos()) {
      EXPECT_TRUE(matches_golden(name + " gradient of " + info.name,
                                 std::span(result.parameters).subspan(info.offset, info.size),
                                 c.at("grad_parameters").at(local_name(info))));
    }
  }
}

// A layer with parameters at random, for graphs of up to `max_degree`.
struct Sample {
  LayerInputs inputs;
  StmLayer layer;

  Sample(StmLayerOptions options, const Dag& dag, Random& random, double scale = 1) {
    options.edge_width = options.kind == StmLayerKind::kEdge ? 3 : 0;
    layer = add_stm_layer(inputs.layout, "layer", options);
    inputs.values = random_values(inputs.layout, scale, random);
    inputs.matrices = {random_matrix(dag.num_nodes(), options.width, random)};
    if (options.kind == StmLayerKind::kEdge)
      inputs.matrices.push_back(random_matrix(dag.num_edges(), 3, random));
  }
};

TEST(StmLayer, GradientsMatchInEveryKindModeAndForm) {
  Random random(kSeed);
  const Dag dag = random_dag(7, 0.8, random);
  for (const StmLayerKind kind : kKinds) {
    for (const StmMode mode : kModes) {
      for (const StmForm form : {StmForm::kRecurrent, StmForm::kClosed}) {
        StmLayerOptions options{
            .kind = kind, .mode = mode, .width = 6, .heads = 2, .max_degree = 6, .form = form};
        options.key_width = 2;
        options.value_width = 4;
        const StmGraph graph = lay_out(dag, mode);
        const Sample sample(options, dag, random, 0.7);
        EXPECT_TRUE(gradients_match(sample.inputs, run(sample.layer, graph)))
            << "kind " << static_cast<int>(kind) << " mode " << static_cast<int>(mode) << " form "
            << static_cast<int>(form);
      }
    }
  }
}

// Twice over one tape, so that plans and states of the first pass are used again.
TEST(StmLayer, GradientsDoNotDependOnWhatIsKeptOfTheStates) {
  Random random(kSeed);
  const Dag dag = grid(9, 12);
  const StmGraph graph = lay_out(dag, StmMode::kPropagation);
  StmLayerOptions options{.kind = StmLayerKind::kNode, .width = 6, .heads = 2, .max_degree = 2};
  options.form = StmForm::kRecurrent;
  const Sample sample(options, dag, random, 0.7);
  Tape<double> tape;
  const auto gradients = [&](StmMemory memory) {
    std::vector<double> result(sample.inputs.layout.total_size());
    set_stm_memory(tape, memory);
    tape.start(sample.inputs.layout, sample.inputs.values.data(), result.data(), {.gradients = true});
    const auto& x = sample.inputs.matrices[0];
    const Var<double> y =
        apply(tape, sample.layer, graph, tape.constant(x.data(), x.rows(), x.cols()), Var<double>{});
    tape.gradient_matrix(y).setOnes();
    tape.backward();
    return result;
  };
  const std::vector<double> expected = gradients(StmMemory::kRecompute);
  EXPECT_THAT(expected, ::testing::Contains(::testing::Ne(0.0)));
  for (const StmMemory memory :
       {StmMemory::kStore, StmMemory::kCheckpoint, StmMemory::kAuto, StmMemory::kStore}) {
    EXPECT_THAT(gradients(memory), ::testing::Pointwise(::testing::DoubleNear(1e-10), expected))
        << static_cast<int>(memory);
  }
}

TEST(StmLayer, AcceptsGraphsWithoutNodesOrEdges) {
  Random random(kSeed);
  for (const NodeId nodes : {0, 1, 3}) {
    const Dag dag(nodes, {});
    for (const StmLayerKind kind : kKinds) {
      for (const StmMode mode : kModes) {
        const StmGraph graph = lay_out(dag, mode);
        const Sample sample({.kind = kind, .mode = mode, .width = 4, .heads = 2, .max_degree = 1}, dag,
                            random);
        EXPECT_TRUE(gradients_match(sample.inputs, run(sample.layer, graph)));
      }
    }
  }
}

TEST(StmLayer, StartsAsTheSpecificationSays) {
  ParameterLayout layout;
  const StmLayer node =
      add_stm_layer(layout, "n", {.kind = StmLayerKind::kNode, .width = 4, .heads = 2, .max_degree = 2});
  const StmLayer edge =
      add_stm_layer(layout, "e", {.kind = StmLayerKind::kEdge, .width = 400, .heads = 200, .edge_width = 3});
  const std::vector<double> values = initial_values<double>(layout, kSeed);
  const auto part = [&](ParameterId id) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(layout[id].offset);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(layout[id].size));
  };
  const auto deviation = [&](ParameterId id) {
    double sum = 0;
    for (const double x : part(id)) sum += x * x;
    return std::sqrt(sum / static_cast<double>(layout[id].size));
  };
  EXPECT_THAT(part(node.source.bias), ElementsAre(-5, -5, -5, -5));
  EXPECT_THAT(part(node.direct.bias), ElementsAre(-5, -5));
  EXPECT_THAT(part(node.source.weight), testing::Each(0.0));
  EXPECT_THAT(part(node.transition.weight), testing::Each(0.0));
  EXPECT_THAT(part(node.transition.bias), ElementsAre(1, 0, 0, 1, 1, 0, 0, 1));
  EXPECT_THAT(part(node.norm_scale), ElementsAre(1, 1, 1, 1));
  EXPECT_NEAR(deviation(edge.transition.bias), 10, 2);
  EXPECT_NEAR(deviation(edge.query.weight), std::sqrt(2.0 / 2000), 5e-4);
  EXPECT_THAT(part(edge.query.bias), testing::Each(0.0));
  EXPECT_FALSE(node.query.bias.valid());
  EXPECT_TRUE(edge.out.bias.valid());
}

TEST(StmLayer, OptionsSetBiasWidthsAndGates) {
  ParameterLayout layout;
  StmLayerOptions options{
      .kind = StmLayerKind::kNode, .width = 5, .heads = 2, .key_width = 3, .value_width = 4};
  options.max_degree = 2;
  options.bias = true;
  options.init.gate_bias = 2;
  options.init.transition_scale = 3;
  const StmLayer layer = add_stm_layer(layout, "layer", options);
  EXPECT_THAT(layout[layer.key.weight].shape, ElementsAre(6, 5));
  EXPECT_THAT(layout[layer.value.weight].shape, ElementsAre(8, 5));
  EXPECT_THAT(layout[layer.out.weight].shape, ElementsAre(5, 8));
  EXPECT_THAT(layout[layer.norm_scale].shape, ElementsAre(2, 4));
  EXPECT_TRUE(layer.out.bias.valid());
  const std::vector<float> values = initial_values<float>(layout, kSeed);
  EXPECT_EQ(values[layout[layer.mark.bias].offset], 2);
  EXPECT_EQ(values[layout[layer.transition.bias].offset], 3);
}

TEST(StmLayer, ComplainsAboutSizesThatDoNotFit) {
  const auto expect = [](const char* message, const StmLayerOptions& options) {
    ParameterLayout layout;
    EXPECT_THAT([&] { add_stm_layer(layout, "layer", options); }, ThrowsMessage<ConfigError>(message));
    EXPECT_TRUE(layout.infos().empty());
  };
  expect("pLSTM layer: width 0 and heads 1 must be positive", {});
  expect("pLSTM layer: width 4 and heads 0 must be positive", {.width = 4, .heads = 0});
  expect("pLSTM layer: 3 heads do not divide the width 4", {.width = 4, .heads = 3});
  expect("pLSTM node layer: max_degree must be set to the largest in- or out-degree it is to serve",
         {.width = 4});
  expect("pLSTM edge layer: edge_width must be set to the width of the edge features",
         {.kind = StmLayerKind::kEdge, .width = 4});
  expect("pLSTM layer: key_width -1 and value_width 2 must be positive",
         {.width = 4, .heads = 2, .key_width = -1, .max_degree = 1});
}

TEST(StmLayer, ComplainsAboutGraphsAndFeaturesThatDoNotFit) {
  Random random(kSeed);
  const Dag star(4, {{0, 1}, {0, 2}, {0, 3}});
  const StmGraph graph = lay_out(star, StmMode::kPropagation);
  const Sample node({.width = 4, .max_degree = 2}, star, random);
  EXPECT_THAT([&] { evaluate<double>(node.inputs, run(node.layer, graph)); },
              ThrowsMessage<GraphError>(
                  "pLSTM node layer: a node has 3 in- or out-edges, the layer serves at most 2; "
                  "make it with a larger max_degree"));
  Sample edge({.kind = StmLayerKind::kEdge, .width = 4}, star, random);
  edge.inputs.matrices[1] = random_matrix(2, 3, random);
  EXPECT_THAT([&] { evaluate<double>(edge.inputs, run(edge.layer, graph)); },
              ThrowsMessage<ShapeError>("pLSTM edge layer: edge_features has shape [2, 3], expected [3, 3]"));
  Sample few({.width = 4, .max_degree = 3}, star, random);
  few.inputs.matrices[0] = random_matrix(3, 4, random);
  EXPECT_THAT([&] { evaluate<double>(few.inputs, run(few.layer, graph)); },
              ThrowsMessage<ShapeError>("slot_gate: z has shape [3, 3], expected [4, 3]"));
}

// Operator inputs as matrices, in the order of StmVars.
template <class T>
Var<T> run_operator_on_tape(Tape<T>& tape, const StmGraph& graph, const std::vector<Var<T>>& x, Index heads) {
  return stm(tape, graph, StmVars<T>{x[0], x[1], x[2], x[3], x[4], x[5], x[6]}, heads, StmForm::kRecurrent);
}

TEST(StmLayer, OperatorOnTheTape) {
  Random random(kSeed);
  const StmGraph graph = lay_out(Dag(3, {{0, 1}, {1, 2}}), StmMode::kPropagation);
  const auto function = [&](Index heads) {
    return [&graph, heads](auto& tape, const auto& x) { return run_operator_on_tape(tape, graph, x, heads); };
  };
  // y_2 = m_1 (s_1 k_1 v_1 + t s_0 k_0 v_0) q_2 + d_2 q_2 k_2 v_2 with all widths 1.
  const auto column = [](std::vector<double> v) {
    return Matrix<double>(ConstMatrixMap<double>(v.data(), static_cast<Index>(v.size()), 1));
  };
  const LayerInputs small{{},
                          {},
                          {column({9, 2, 3}), column({5, 7, 11}), column({13, 17, 19}), column({0.5, 0.25}),
                           column({0.1}), column({2, 4}), column({0, 1, 10})}};
  const double c0 = 0.5 * 5 * 13, c1 = 0.25 * 7 * 17 + 0.1 * c0;
  EXPECT_TRUE(evaluate<double>(small, function(1))
                  .isApprox(column({0, 2 * c0 * 2 + 2 * 7 * 17, 4 * c1 * 3 + 10.0 * 3 * 11 * 19}), 1e-14));

  LayerInputs inputs{{}, {}, {}};
  for (const auto& [rows, cols] :
       std::vector<std::pair<Index, Index>>{{3, 4}, {3, 4}, {3, 6}, {2, 2}, {1, 2}, {2, 2}, {3, 2}}) {
    inputs.matrices.push_back(random_matrix(rows, cols, random));
  }
  EXPECT_TRUE(gradients_match(inputs, function(2)));

  // Gates that are constants get no gradient.
  const Matrix<double> gate = random_matrix(3, 2, random);
  EXPECT_TRUE(gradients_match({{}, {}, {inputs.matrices[0]}}, [&](auto& tape, const auto& x) {
    const auto fixed = [&](Index rows) { return tape.constant(gate.data(), rows, 2); };
    return stm(tape, graph, {x[0], x[0], x[0], fixed(2), fixed(1), fixed(2), fixed(3)}, 2, StmForm::kClosed);
  }));

  inputs.matrices[4] = random_matrix(2, 2, random);
  EXPECT_THAT([&] { evaluate<double>(inputs, function(2)); },
              ThrowsMessage<ShapeError>("stm: transition has shape [2, 2], expected [1, 2]"));
}

// Deep graphs (specification, section 3): a chain of depth 1000 and a grid of 20 x 1000 nodes.
const Dag& deep_graph(bool is_grid) {
  static const Dag graphs[] = {chain(1001), grid(20, 1000)};
  return graphs[is_grid ? 1 : 0];
}

std::string deep_label(bool is_grid, StmLayerKind kind, StmMode mode) {
  return std::string(kind == StmLayerKind::kNode ? "node" : "edge") + " layer, " +
         (mode == StmMode::kPropagation ? "P" : "D") + "-mode, " + (is_grid ? "grid" : "chain");
}

double largest(const auto& matrix) {
  return matrix.array().isFinite().all() ? matrix.cwiseAbs().maxCoeff() : INFINITY;
}

// Where nothing bounds the transitions, as many states meet as there are paths.
TEST(StmLayerStability, PlainSumsOverflowFloatOnTheGrid) {
  const Dag& dag = deep_graph(true);
  const StmGraph graph = lay_out(dag, StmMode::kPropagation);
  const auto ones = [](Index rows) { return Matrix<double>(Matrix<double>::Ones(rows, 1)); };
  const Index N = graph.num_nodes, E = graph.num_edges, L = graph.num_line_edges;
  const LayerInputs inputs{{}, {}, {ones(N), ones(N), ones(N), ones(E), ones(L), ones(E), ones(N)}};
  const auto function = [&](auto& tape, const auto& x) { return run_operator_on_tape(tape, graph, x, 1); };
  EXPECT_FALSE(std::isfinite(largest(evaluate<float>(inputs, function))));
}

// The same operator with the transitions of the layers, from pre-activations so large that nearly everything
// is passed on, all other gates open. No norm follows that could hide large states.
TEST(StmLayerStability, BoundedTransitionsKeepTheOperatorBounded) {
  Random random(kSeed);
  for (const bool is_grid : {false, true}) {
    for (const StmLayerKind kind : kKinds) {
      for (const StmMode mode : kModes) {
        const StmGraph graph = lay_out(deep_graph(is_grid), mode);
        const Index N = graph.num_nodes, E = graph.num_edges;
        const Index M = graph.max_degree();
        const bool node = kind == StmLayerKind::kNode;
        const auto ones = [](Index rows) { return Matrix<double>(Matrix<double>::Ones(rows, 1)); };
        LayerInputs inputs{{}, {}, {ones(N), ones(N), ones(N), ones(E), ones(E), ones(N)}};
        for (const Index rows : {node ? N : E, node ? N : E, N}) {
          inputs.matrices.push_back(random_matrix(rows, node ? M * M : 1, random, 100));
        }
        const auto function = [&](auto& tape, const auto& x) {
          const auto transition = node ? slot_transition(tape, graph, mode, x[6], 1)
                                       : edge_transition(tape, graph, mode, x[6], x[7], x[8]);
          return stm(tape, graph, {x[0], x[1], x[2], x[3], transition, x[4], x[5]}, 1, StmForm::kRecurrent);
        };
        const TapeGradients<float> result = run_backward<float>(inputs, function);
        const std::string label = deep_label(is_grid, kind, mode);
        EXPECT_LE(largest(result.output), 1e3) << label;
        for (std::size_t i = 0; i < result.matrices.size(); ++i) {
          EXPECT_LE(largest(result.matrices[i]), 1e4) << label << " gradient of input " << i;
        }
      }
    }
  }
}

TEST(StmLayerStability, LayersKeepActivationsAndGradientsBounded) {
  Random random(kSeed);
  for (const bool is_grid : {false, true}) {
    for (const StmLayerKind kind : kKinds) {
      for (const StmMode mode : kModes) {
        const Dag& dag = deep_graph(is_grid);
        const StmGraph graph = lay_out(dag, mode);
        Sample sample({.kind = kind, .mode = mode, .width = 8, .heads = 2, .max_degree = graph.max_degree()},
                      dag, random);
        for (const LinearLayer* gate : {&sample.layer.source, &sample.layer.mark, &sample.layer.direct}) {
          const ParameterInfo& bias = sample.inputs.layout[gate->bias];
          std::fill_n(sample.inputs.values.begin() + static_cast<std::ptrdiff_t>(bias.offset), bias.size,
                      5.0);
        }
        const TapeGradients<float> result = run_backward<float>(sample.inputs, run(sample.layer, graph));
        const std::string label = deep_label(is_grid, kind, mode);
        EXPECT_LE(largest(result.output), 100) << label;
        for (const Matrix<float>& gradient : result.matrices) EXPECT_LE(largest(gradient), 1e4) << label;
      }
    }
  }
}

}  // namespace
}  // namespace plstm::test
