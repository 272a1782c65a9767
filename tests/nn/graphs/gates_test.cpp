#include <cmath>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/multitree.hpp>
#include <plstm/nn/graphs/gates.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

constexpr StmMode kModes[] = {StmMode::kPropagation, StmMode::kDiffusion};

StmGraph full(const Dag& dag) {
  return make_stm_graph(dag, make_line_graph(dag));
}

//  0     3
//   \   /       edges       0: 0->2   1: 1->2   2: 2->3   3: 2->4
//     2         line edges  0: 0->2   1: 0->3   2: 1->2   3: 1->3
//   /   \       node 2 alone has slots other than 0: edge 1 enters it by slot 1, edge 3 leaves by slot 1
//  1     4
StmGraph crossing() {
  return full(Dag(5, {{0, 2}, {1, 2}, {2, 3}, {2, 4}}));
}

auto slot(const StmGraph& graph, EdgeEnd end, Index heads) {
  return [&graph, end, heads](auto& tape, const auto& x) { return slot_gate(tape, graph, end, x[0], heads); };
}
auto slots(const StmGraph& graph, StmMode mode, Index heads) {
  return [&graph, mode, heads](auto& tape, const auto& x) {
    return slot_transition(tape, graph, mode, x[0], heads);
  };
}
auto ends(const StmGraph& graph, EdgeEnd end) {
  return [&graph, end](auto& tape, const auto& x) { return end_gate(tape, graph, end, x[0], x[1]); };
}
auto edges(const StmGraph& graph, StmMode mode) {
  return [&graph, mode](auto& tape, const auto& x) {
    return edge_transition(tape, graph, mode, x[0], x[1], x[2]);
  };
}

double sigma(double x) {
  return 1 / (1 + std::exp(-x));
}

TEST(Gates, SlotGatesReadTheSlotOfTheirEnd) {
  const StmGraph graph = crossing();
  // Two heads, M = 2: row n holds [head 0: slots 0, 1; head 1: slots 0, 1].
  Matrix<double> z(5, 4);
  for (Index n = 0; n < 5; ++n) z.row(n) << n, n + 0.1, n + 0.2, n + 0.3;
  Matrix<double> source(4, 2), mark(4, 2);
  source << 0, 0.2, 1, 1.2, 2, 2.2, 2.1, 2.3;
  mark << 2, 2.2, 2.1, 2.3, 3, 3.2, 4, 4.2;
  const LayerInputs inputs{{}, {}, {z}};
  EXPECT_TRUE(
      evaluate<double>(inputs, slot(graph, EdgeEnd::kTail, 2)).isApprox(source.unaryExpr(&sigma), 1e-15));
  EXPECT_TRUE(
      evaluate<double>(inputs, slot(graph, EdgeEnd::kHead, 2)).isApprox(mark.unaryExpr(&sigma), 1e-15));
}

TEST(Gates, SlotTransitionsShareARowOfTheNode) {
  const StmGraph graph = crossing();
  Matrix<double> z = Matrix<double>::Constant(5, 4, 100);  // only node 2 has line edges
  z.row(2) << 1, -3, 0, 0.5;                               // [in-slot, out-slot]
  const LayerInputs inputs{{}, {}, {z}};
  EXPECT_TRUE(evaluate<double>(inputs, slots(graph, StmMode::kPropagation, 1))
                  .isApprox(Matrix<double>{{1 / 4.5}, {-3 / 4.5}, {0}, {0.5}}, 1e-15));
  EXPECT_TRUE(evaluate<double>(inputs, slots(graph, StmMode::kDiffusion, 1))
                  .isApprox(Matrix<double>{{std::tanh(1)}, {-std::tanh(3)}, {0}, {std::tanh(0.5)}}, 1e-15));
}

// M = 3 at a node with two out-edges: the third slot has no edge, but its entry bounds the others.
TEST(Gates, SlotsWithoutAnEdgeCountInTheSum) {
  const StmGraph graph = crossing();
  Matrix<double> z = Matrix<double>::Zero(5, 9);
  z.row(2) << 1, -3, 2, 0, 0.5, -1, 100, 100, 100;
  EXPECT_TRUE(evaluate<double>({{}, {}, {z}}, slots(graph, StmMode::kPropagation, 1))
                  .isApprox(Matrix<double>{{1 / 6.5}, {-3 / 6.5}, {0}, {0.25}}, 1e-15));
}

TEST(Gates, EndGatesAddNodeAndEdgePart) {
  const StmGraph graph = crossing();
  const Matrix<double> node{{0}, {1}, {2}, {3}, {4}}, edge{{0.1}, {0.2}, {0.3}, {0.4}};
  const LayerInputs inputs{{}, {}, {node, edge}};
  EXPECT_TRUE(evaluate<double>(inputs, ends(graph, EdgeEnd::kTail))
                  .isApprox(Matrix<double>{{sigma(0.1)}, {sigma(1.2)}, {sigma(2.3)}, {sigma(2.4)}}, 1e-15));
  EXPECT_TRUE(evaluate<double>(inputs, ends(graph, EdgeEnd::kHead))
                  .isApprox(Matrix<double>{{sigma(2.1)}, {sigma(2.2)}, {sigma(3.3)}, {sigma(4.4)}}, 1e-15));
}

TEST(Gates, EdgeTransitionsAreBoundedOverPredecessors) {
  const StmGraph graph = crossing();
  const Matrix<double> from{{1}, {2}, {9}, {9}}, to{{9}, {9}, {0.5}, {-4}}, node{{9}, {9}, {0.5}, {9}, {9}};
  // z: 0->2: 2, 0->3: -2.5, 1->2: 3, 1->3: -1.5
  const LayerInputs inputs{{}, {}, {from, to, node}};
  EXPECT_TRUE(evaluate<double>(inputs, edges(graph, StmMode::kPropagation))
                  .isApprox(Matrix<double>{{2 / 5.5}, {-2.5 / 4.5}, {3 / 5.5}, {-1.5 / 4.5}}, 1e-15));
  EXPECT_TRUE(
      evaluate<double>(inputs, edges(graph, StmMode::kDiffusion))
          .isApprox(Matrix<double>{{std::tanh(2)}, {std::tanh(-2.5)}, {std::tanh(3)}, {std::tanh(-1.5)}},
                    1e-15));
}

// The law that keeps long paths stable: outgoing sums in the node layer, incoming sums in the edge layer.
TEST(Gates, PropagationKeepsSumsOfMagnitudesBelowOne) {
  Random random(kSeed);
  for (int round = 0; round < 20; ++round) {
    const Dag dag = random_dag(12, 0.4, random);
    const LineGraph line = make_line_graph(dag);
    const StmGraph graph = make_stm_graph(dag, line);
    const Index M = std::max(1, graph.max_degree());
    const Matrix<double> node = evaluate<double>({{}, {}, {random_matrix(12, M * M, random, 100)}},
                                                 slots(graph, StmMode::kPropagation, 1));
    const Matrix<double> edge = evaluate<double>(
        {{},
         {},
         {random_matrix(dag.num_edges(), 1, random, 100), random_matrix(dag.num_edges(), 1, random, 100),
          random_matrix(12, 1, random, 100)}},
        edges(graph, StmMode::kPropagation));
    for (EdgeId e = 0; e < dag.num_edges(); ++e) {
      double out = 0, in = 0;
      for (const LineEdgeId l : line.out_edges(e)) out += std::abs(node(l, 0));
      for (const LineEdgeId l : line.in_edges(e)) in += std::abs(edge(l, 0));
      EXPECT_LT(out, 1);
      EXPECT_LT(in, 1);
    }
  }
}

TEST(Gates, GradientsMatch) {
  Random random(kSeed);
  const Dag dag = random_dag(7, 0.8, random);
  const LineGraph line = make_line_graph(dag);
  const Index heads = 2, E = dag.num_edges(), N = dag.num_nodes();
  ASSERT_LT(prune_to_multitree(line).num_edges(), line.num_edges());
  for (const StmMode mode : kModes) {
    const StmGraph graph =
        make_stm_graph(dag, mode == StmMode::kPropagation ? line : prune_to_multitree(line));
    const Index M = graph.max_degree() + 1;
    const LayerInputs gate{{}, {}, {random_matrix(N, heads * M, random)}};
    const LayerInputs transition{{}, {}, {random_matrix(N, heads * M * M, random)}};
    const LayerInputs parts{{}, {}, {random_matrix(N, heads, random), random_matrix(E, heads, random)}};
    const LayerInputs three{
        {},
        {},
        {random_matrix(E, heads, random), random_matrix(E, heads, random), random_matrix(N, heads, random)}};
    for (const EdgeEnd end : {EdgeEnd::kTail, EdgeEnd::kHead}) {
      EXPECT_TRUE(gradients_match(gate, slot(graph, end, heads)));
      EXPECT_TRUE(gradients_match(parts, ends(graph, end)));
    }
    EXPECT_TRUE(gradients_match(transition, slots(graph, mode, heads)));
    EXPECT_TRUE(gradients_match(three, edges(graph, mode)));
  }
}

TEST(Gates, NodeGatesAreSigmoids) {
  const Matrix<double> z{{0, 1}, {-2, 3}};
  const auto function = [](auto& tape, const auto& x) { return node_gate(tape, x[0]); };
  EXPECT_TRUE(evaluate<double>({{}, {}, {z}}, function).isApprox(z.unaryExpr(&sigma), 1e-15));
  EXPECT_TRUE(gradients_match({{}, {}, {z}}, function));
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(0, 2)}}, function));
}

// As in the layers, where one matrix holds all that gates need of the nodes, and one that of the edges.
TEST(Gates, ReadColumnsOfWiderMatrices) {
  Random random(kSeed);
  const Dag dag = random_dag(7, 0.8, random);
  const StmGraph graph = full(dag);
  const Index heads = 2, E = dag.num_edges(), N = dag.num_nodes(), M = graph.max_degree();
  const Index slots_of_heads = heads * M;
  const LayerInputs inputs{
      {}, {}, {random_matrix(N, 1 + slots_of_heads * (1 + M), random), random_matrix(E, 7, random)}};
  const Matrix<double>& nodes = inputs.matrices[0];
  const Matrix<double>& lines = inputs.matrices[1];
  // `wide` reads columns of the two matrices, `narrow` copies of these columns.
  const auto check = [&](const auto& wide, const auto& narrow, std::vector<Matrix<double>> copies) {
    EXPECT_TRUE(gradients_match(inputs, wide));
    EXPECT_EQ(evaluate<double>(inputs, wide), evaluate<double>({{}, {}, std::move(copies)}, narrow));
  };
  check(
      [&](auto& tape, const auto& x) {
        return node_gate(tape, {x[0], 1, heads});
      },
      [](auto& tape, const auto& x) { return node_gate(tape, x[0]); }, {nodes.middleCols(1, heads)});
  check(
      [&](auto& tape, const auto& x) {
        return slot_gate(tape, graph, EdgeEnd::kHead, {x[0], 1, slots_of_heads}, heads);
      },
      slot(graph, EdgeEnd::kHead, heads), {nodes.middleCols(1, slots_of_heads)});
  check(
      [&](auto& tape, const auto& x) {
        return end_gate(tape, graph, EdgeEnd::kTail, {x[0], 2, heads}, {x[1], 3, heads});
      },
      ends(graph, EdgeEnd::kTail), {nodes.middleCols(2, heads), lines.middleCols(3, heads)});
  for (const StmMode mode : kModes) {
    const Index first = 1 + slots_of_heads, columns = slots_of_heads * M;
    check(
        [&](auto& tape, const auto& x) {
          return slot_transition(tape, graph, mode, {x[0], first, columns}, heads);
        },
        slots(graph, mode, heads), {nodes.middleCols(first, columns)});
    check(
        [&](auto& tape, const auto& x) {
          return edge_transition(tape, graph, mode, {x[1], 1, heads}, {x[1], 4, heads}, {x[0], 3, heads});
        },
        edges(graph, mode),
        {lines.middleCols(1, heads), lines.middleCols(4, heads), nodes.middleCols(3, heads)});
  }
}

TEST(Gates, AcceptGraphsWithoutNodesOrEdges) {
  for (const Index nodes : {0, 1, 3}) {
    const StmGraph graph = full(Dag(static_cast<NodeId>(nodes), {}));
    const Matrix<double> z = Matrix<double>::Ones(nodes, 4), none(0, 4);
    EXPECT_TRUE(gradients_match({{}, {}, {z}}, slot(graph, EdgeEnd::kTail, 2)));
    EXPECT_TRUE(gradients_match({{}, {}, {z, none}}, ends(graph, EdgeEnd::kHead)));
    for (const StmMode mode : kModes) {
      EXPECT_TRUE(gradients_match({{}, {}, {z}}, slots(graph, mode, 1)));
      EXPECT_TRUE(gradients_match({{}, {}, {none, none, z}}, edges(graph, mode)));
    }
  }
}

TEST(Gates, LeaveConstantsAlone) {
  Random random(kSeed);
  const StmGraph graph = crossing();
  const Matrix<double> node = random_matrix(5, 4, random), edge = random_matrix(4, 4, random);
  const LayerInputs nodes{{}, {}, {node}}, on_edges{{}, {}, {edge}};
  const auto n = [&](Tape<double>& tape) { return tape.constant(node.data(), 5, 4); };
  const auto e = [&](Tape<double>& tape) { return tape.constant(edge.data(), 4, 4); };
  EXPECT_TRUE(gradients_match(
      {}, [&](auto& tape, const auto&) { return slot_gate(tape, graph, EdgeEnd::kTail, n(tape), 2); }));
  EXPECT_TRUE(gradients_match(nodes, [&](auto& tape, const auto& x) {
    return end_gate(tape, graph, EdgeEnd::kTail, x[0], e(tape));
  }));
  EXPECT_TRUE(gradients_match(on_edges, [&](auto& tape, const auto& x) {
    return end_gate(tape, graph, EdgeEnd::kTail, n(tape), x[0]);
  }));
  for (const StmMode mode : kModes) {
    EXPECT_TRUE(gradients_match(
        {}, [&](auto& tape, const auto&) { return slot_transition(tape, graph, mode, n(tape), 1); }));
    EXPECT_TRUE(gradients_match(nodes, [&](auto& tape, const auto& x) {
      return edge_transition(tape, graph, mode, e(tape), e(tape), x[0]);
    }));
    EXPECT_TRUE(gradients_match(on_edges, [&](auto& tape, const auto& x) {
      return edge_transition(tape, graph, mode, x[0], e(tape), n(tape));
    }));
    EXPECT_TRUE(gradients_match(on_edges, [&](auto& tape, const auto& x) {
      return edge_transition(tape, graph, mode, e(tape), x[0], n(tape));
    }));
  }
}

TEST(Gates, ComplainAboutShapesAndDegrees) {
  const StmGraph graph = crossing();
  const auto zero = [](Index rows, Index cols) { return Matrix<double>(Matrix<double>::Zero(rows, cols)); };
  const auto expect_shape = [](const char* message, const LayerInputs& inputs, const auto& function) {
    EXPECT_THAT([&] { evaluate<double>(inputs, function); }, ThrowsMessage<ShapeError>(message));
  };
  expect_shape("slot_gate: z has shape [4, 2], expected [5, 2]", {{}, {}, {zero(4, 2)}},
               slot(graph, EdgeEnd::kTail, 1));
  expect_shape("slot_gate: z has shape [5, 5], expected [5, 4]", {{}, {}, {zero(5, 5)}},
               slot(graph, EdgeEnd::kTail, 2));
  expect_shape("slot_transition: z has shape [5, 6], expected [5, 4]", {{}, {}, {zero(5, 6)}},
               slots(graph, StmMode::kDiffusion, 1));
  expect_shape("end_gate: node_part has shape [4], expected [5]", {{}, {}, {zero(4, 2), zero(4, 2)}},
               ends(graph, EdgeEnd::kTail));
  expect_shape("end_gate: edge_part has shape [4, 3], expected [4, 2]", {{}, {}, {zero(5, 2), zero(4, 3)}},
               ends(graph, EdgeEnd::kTail));
  const auto edge = edges(graph, StmMode::kPropagation);
  expect_shape("edge_transition: node_part has shape [3], expected [5]",
               {{}, {}, {zero(4, 2), zero(4, 2), zero(3, 2)}}, edge);
  expect_shape("edge_transition: from_part has shape [3, 2], expected [4, 2]",
               {{}, {}, {zero(3, 2), zero(4, 2), zero(5, 2)}}, edge);
  expect_shape("edge_transition: to_part has shape [4, 1], expected [4, 2]",
               {{}, {}, {zero(4, 2), zero(4, 1), zero(5, 2)}}, edge);
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {zero(5, 1)}}, slot(graph, EdgeEnd::kHead, 1));
      },
      ThrowsMessage<GraphError>("slot_gate: a node has 2 in- or out-edges, the gates serve at most 1"));
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {zero(5, 1)}}, slots(graph, StmMode::kPropagation, 1));
      },
      ThrowsMessage<GraphError>("slot_transition: a node has 2 in- or out-edges, the gates serve at most 1"));
}

}  // namespace
}  // namespace plstm::test
