#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/neighbours.hpp>
#include <plstm/nn/shared/arithmetic.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

constexpr NeighbourSum kSums[] = {NeighbourSum::kSum, NeighbourSum::kMean, NeighbourSum::kSymmetric};

// The scalar of the Vars in a list of inputs.
template <class Inputs>
using ScalarOf = std::remove_pointer_t<decltype(std::decay_t<Inputs>().front().value)>;

StmGraph stm_graph_of(const Dag& dag) {
  return make_stm_graph(dag, make_line_graph(dag));
}

// Three in a row, the middle one with edges in and out, and a node alone.
StmGraph path_and_loner() {
  return stm_graph_of(Dag(4, {{0, 1}, {1, 2}}));
}

auto summed(const StmGraph& graph, NeighbourSum kind, NeighbourSide side = NeighbourSide::kBoth) {
  return [&graph, kind, side](auto& tape, const auto& x) {
    return sum_neighbours(tape, graph, x[0], kind, side);
  };
}

TEST(SumNeighbours, HasKnownValues) {
  const StmGraph graph = path_and_loner();
  const LayerInputs inputs{{}, {}, {Matrix<double>{{1, 10}, {2, 20}, {4, 40}, {8, 80}}}};
  EXPECT_EQ(evaluate<double>(inputs, summed(graph, NeighbourSum::kSum)),
            (Matrix<double>{{2, 20}, {5, 50}, {2, 20}, {0, 0}}));
  EXPECT_EQ(evaluate<double>(inputs, summed(graph, NeighbourSum::kMean)),
            (Matrix<double>{{2, 20}, {2.5, 25}, {2, 20}, {0, 0}}));
  // Degrees and one: 2, 3, 2, 1.
  const double s = std::sqrt(6.0);
  const Matrix<double> expected{{1 / 2.0 + 2 / s, 10 * (1 / 2.0 + 2 / s)},
                                {5 / s + 2 / 3.0, 10 * (5 / s + 2 / 3.0)},
                                {2 / s + 4 / 2.0, 10 * (2 / s + 4 / 2.0)},
                                {8, 80}};
  EXPECT_TRUE(evaluate<double>(inputs, summed(graph, NeighbourSum::kSymmetric)).isApprox(expected, 1e-14));
}

TEST(SumNeighbours, GradientsMatch) {
  Random random(kSeed);
  const StmGraph path = path_and_loner();
  const StmGraph dense = stm_graph_of(random_dag(7, 0.5, random));
  for (const NeighbourSum kind : kSums) {
    EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, summed(path, kind)));
    EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(7, 5, random)}}, summed(dense, kind)));
  }
}

constexpr NeighbourSide kOneSide[] = {NeighbourSide::kPredecessors, NeighbourSide::kSuccessors};

TEST(SumNeighbours, OfOneSideHasKnownValues) {
  // 0 -> 2, 1 -> 2, 0 -> 3
  const StmGraph graph = stm_graph_of(Dag(4, {{0, 2}, {1, 2}, {0, 3}}));
  const LayerInputs inputs{{}, {}, {Matrix<double>{{1}, {2}, {4}, {8}}}};
  const auto sums = [&](NeighbourSum kind, NeighbourSide side) {
    return evaluate<double>(inputs, summed(graph, kind, side));
  };
  EXPECT_EQ(sums(NeighbourSum::kSum, NeighbourSide::kPredecessors), (Matrix<double>{{0}, {0}, {3}, {1}}));
  EXPECT_EQ(sums(NeighbourSum::kSum, NeighbourSide::kSuccessors), (Matrix<double>{{12}, {4}, {0}, {0}}));
  EXPECT_EQ(sums(NeighbourSum::kMean, NeighbourSide::kPredecessors), (Matrix<double>{{0}, {0}, {1.5}, {1}}));
  EXPECT_EQ(sums(NeighbourSum::kMean, NeighbourSide::kSuccessors), (Matrix<double>{{6}, {4}, {0}, {0}}));
  const double s = std::sqrt(2.0);
  EXPECT_TRUE(sums(NeighbourSum::kSymmetric, NeighbourSide::kPredecessors)
                  .isApprox(Matrix<double>{{0}, {0}, {1 / 2.0 + 2 / s}, {1 / s}}, 1e-14));
  EXPECT_TRUE(sums(NeighbourSum::kSymmetric, NeighbourSide::kSuccessors)
                  .isApprox(Matrix<double>{{4 / 2.0 + 8 / s}, {4 / s}, {0}, {0}}, 1e-14));
}

TEST(SumNeighbours, OfOneSideHasItsGradients) {
  Random random(kSeed);
  const StmGraph path = path_and_loner();
  const StmGraph dense = stm_graph_of(random_dag(7, 0.5, random));
  for (const NeighbourSide side : kOneSide) {
    for (const NeighbourSum kind : kSums) {
      EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, summed(path, kind, side)));
      EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(7, 5, random)}}, summed(dense, kind, side)));
    }
  }
}

TEST(SumNeighbours, PredecessorsAreSuccessorsOfTheReversedGraph) {
  Random random(kSeed);
  const Dag dag = random_dag(9, 0.4, random);
  const StmGraph graph = stm_graph_of(dag), reversed = stm_graph_of(reverse(dag));
  const LayerInputs inputs{{}, {}, {random_matrix(9, 4, random)}};
  for (const NeighbourSum kind : kSums) {
    EXPECT_EQ(evaluate<double>(inputs, summed(graph, kind, NeighbourSide::kPredecessors)),
              evaluate<double>(inputs, summed(reversed, kind, NeighbourSide::kSuccessors)));
  }
  const Matrix<double> both = evaluate<double>(inputs, summed(graph, NeighbourSum::kSum)),
                       before = evaluate<double>(
                           inputs, summed(graph, NeighbourSum::kSum, NeighbourSide::kPredecessors)),
                       behind = evaluate<double>(
                           inputs, summed(graph, NeighbourSum::kSum, NeighbourSide::kSuccessors));
  EXPECT_TRUE(both.isApprox(before + behind, 1e-13));
}

// A constant needs no gradient and gets none.
TEST(SumNeighbours, LeavesConstantsAlone) {
  const StmGraph graph = path_and_loner();
  const Matrix<double> constant = Matrix<double>::Ones(4, 2);
  for (const NeighbourSum kind : kSums) {
    EXPECT_TRUE(gradients_match({}, [&](auto& tape, const auto&) {
      return sum_neighbours(tape, graph, tape.constant(constant.data(), 4, 2), kind);
    }));
  }
}

TEST(SumNeighbours, DirectionsOfEdgesDoNotMatter) {
  Random random(kSeed);
  const Dag dag = random_dag(9, 0.4, random);
  const StmGraph graph = stm_graph_of(dag);
  const StmGraph reversed = stm_graph_of(reverse(dag));
  const LayerInputs inputs{{}, {}, {random_matrix(9, 4, random)}};
  for (const NeighbourSum kind : kSums) {
    EXPECT_TRUE(evaluate<double>(inputs, summed(graph, kind))
                    .isApprox(evaluate<double>(inputs, summed(reversed, kind)), 1e-13));
  }
}

TEST(SumNeighbours, AcceptsGraphsWithoutEdgesAndWithoutNodes) {
  const StmGraph empty;
  const StmGraph one = stm_graph_of(Dag(1, {}));
  const LayerInputs row{{}, {}, {Matrix<double>{{3, -4}}}};
  for (const NeighbourSum kind : kSums) {
    EXPECT_EQ(evaluate<double>({{}, {}, {Matrix<double>(0, 3)}}, summed(empty, kind)).rows(), 0);
    EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>(0, 3)}}, summed(empty, kind)));
    const Matrix<double> expected =
        kind == NeighbourSum::kSymmetric ? row.matrices[0] : Matrix<double>::Zero(1, 2);
    EXPECT_EQ(evaluate<double>(row, summed(one, kind)), expected);
  }
}

TEST(SumNeighbours, ComplainsAboutRowsThatAreNotNodes) {
  const StmGraph graph = path_and_loner();
  EXPECT_THAT(
      [&] {
        evaluate<double>({{}, {}, {Matrix<double>::Zero(3, 2)}}, summed(graph, NeighbourSum::kSum));
      },
      ThrowsMessage<ShapeError>("sum_neighbours: x has shape [3, 2], expected [4, 2]"));
}

// Messages of the parts that `which` names ('t', 's', 'e'), in this order from the inputs.
auto messages(const StmGraph& graph, const std::string& which, NeighbourSide side = NeighbourSide::kBoth) {
  return [&graph, which, side](auto& tape, const auto& x) {
    MessageVars<ScalarOf<decltype(x)>> vars;
    for (std::size_t i = 0; i < which.size(); ++i) {
      (which[i] == 't' ? vars.target : which[i] == 's' ? vars.source : vars.edges) = x[i];
    }
    return sum_messages(tape, graph, vars, side);
  };
}

TEST(SumMessages, HasKnownValues) {
  const StmGraph graph = path_and_loner();
  const Matrix<double> source{{1}, {-2}, {4}, {8}};
  const Matrix<double> target{{3}, {0}, {-1}, {5}};
  const Matrix<double> edges{{0.5}, {-4.5}};
  EXPECT_EQ(evaluate<double>({{}, {}, {source}}, messages(graph, "s")), (Matrix<double>{{0}, {5}, {0}, {0}}));
  // 0-1: relu(3 - 2), relu(0 + 1);  1-2: relu(0 + 4), relu(-1 - 2).
  EXPECT_EQ(evaluate<double>({{}, {}, {target, source}}, messages(graph, "ts")),
            (Matrix<double>{{1}, {5}, {0}, {0}}));
  EXPECT_EQ(evaluate<double>({{}, {}, {target, source, edges}}, messages(graph, "tse")),
            (Matrix<double>{{1.5}, {1.5}, {0}, {0}}));
  EXPECT_EQ(evaluate<double>({{}, {}, {source, edges}}, messages(graph, "se")),
            (Matrix<double>{{0}, {1.5}, {0}, {0}}));
}

TEST(SumMessages, GradientsMatch) {
  Random random(kSeed);
  const StmGraph graph = stm_graph_of(random_dag(7, 0.5, random));
  const Matrix<double> target = random_matrix(7, 18, random), source = random_matrix(7, 18, random),
                       edges = random_matrix(graph.num_edges, 18, random);
  EXPECT_TRUE(gradients_match({{}, {}, {source}}, messages(graph, "s")));
  EXPECT_TRUE(gradients_match({{}, {}, {target, source}}, messages(graph, "ts")));
  EXPECT_TRUE(gradients_match({{}, {}, {source, edges}}, messages(graph, "se")));
  EXPECT_TRUE(gradients_match({{}, {}, {target, source, edges}}, messages(graph, "tse")));
}

TEST(SumMessages, OfOneSide) {
  const StmGraph path = path_and_loner();
  const Matrix<double> source{{1}, {-2}, {4}, {8}}, target{{3}, {0}, {-1}, {5}}, edges{{0.5}, {-4.5}};
  // 0-1: relu(3 - 2 + 0.5) for node 0, relu(0 + 1 + 0.5) for node 1;  1-2: relu(0 + 4 - 4.5), relu(-1 - 2 - 4.5).
  EXPECT_EQ(evaluate<double>({{}, {}, {target, source, edges}},
                             messages(path, "tse", NeighbourSide::kPredecessors)),
            (Matrix<double>{{0}, {1.5}, {0}, {0}}));
  EXPECT_EQ(
      evaluate<double>({{}, {}, {target, source, edges}}, messages(path, "tse", NeighbourSide::kSuccessors)),
      (Matrix<double>{{1.5}, {0}, {0}, {0}}));
  Random random(kSeed);
  const StmGraph graph = stm_graph_of(random_dag(7, 0.5, random));
  const Matrix<double> a = random_matrix(7, 5, random), b = random_matrix(7, 5, random),
                       c = random_matrix(graph.num_edges, 5, random);
  for (const NeighbourSide side : kOneSide)
    EXPECT_TRUE(gradients_match({{}, {}, {a, b, c}}, messages(graph, "tse", side)));
}

TEST(SumMessages, OneMatrixMayBeBothEnds) {
  Random random(kSeed);
  const StmGraph graph = path_and_loner();
  EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, [&](auto& tape, const auto& x) {
    return sum_messages(tape, graph, {.target = x[0], .source = x[0]});
  }));
}

TEST(SumMessages, AcceptsGraphsWithoutEdgesAndWithoutNodes) {
  const StmGraph one = stm_graph_of(Dag(1, {})), empty;
  const Matrix<double> none(0, 3);
  EXPECT_EQ(evaluate<double>({{}, {}, {Matrix<double>::Ones(1, 3), none}}, messages(one, "se")),
            (Matrix<double>{{0, 0, 0}}));
  EXPECT_TRUE(gradients_match({{}, {}, {Matrix<double>::Ones(1, 3), none}}, messages(one, "se")));
  EXPECT_TRUE(gradients_match({{}, {}, {none, none, none}}, messages(empty, "tse")));
}

TEST(SumMessages, ComplainsAboutShapes) {
  const StmGraph graph = path_and_loner();
  const Matrix<double> nodes = Matrix<double>::Zero(4, 2), other = Matrix<double>::Zero(3, 2);
  const auto message = [&](const std::string& which, std::vector<Matrix<double>> matrices) {
    return [&graph, which, inputs = LayerInputs{{}, {}, std::move(matrices)}] {
      evaluate<double>(inputs, messages(graph, which));
    };
  };
  EXPECT_THAT(message("s", {other}),
              ThrowsMessage<ShapeError>("sum_messages: source has shape [3, 2], expected [4, 2]"));
  EXPECT_THAT(message("ts", {other, nodes}),
              ThrowsMessage<ShapeError>("sum_messages: target has shape [3, 2], expected [4, 2]"));
  EXPECT_THAT(message("se", {nodes, other}),
              ThrowsMessage<ShapeError>("sum_messages: edges has shape [3, 2], expected [2, 2]"));
}

// Inputs: value, scores of the sources, of the targets and, if there is a fourth matrix, of the edges.
auto attended(const StmGraph& graph) {
  return [&graph](auto& tape, const auto& x) {
    AttentionVars<ScalarOf<decltype(x)>> vars{x[0], x[1], x[2]};
    if (x.size() == 4) vars.edge_score = x[3];
    return attend_neighbours(tape, graph, vars);
  };
}

TEST(AttendNeighbours, HasKnownValues) {
  const StmGraph graph = path_and_loner();
  const Matrix<double> value{{1, 10}, {2, 20}, {4, 40}, {8, 80}};  // two heads
  const Matrix<double> source{{0, 1}, {1, 0}, {-2, 0}, {3, 3}};
  const Matrix<double> target{{0, 0}, {0.5, -2}, {0, 0}, {-9, 9}};
  const Matrix<double> edges{{0.25, 0}, {0, 4}};
  const auto weight = [](double score) { return std::exp(score > 0 ? score : 0.2 * score); };
  const auto mean = [](std::vector<std::pair<double, double>> terms) {
    double sum = 0, total = 0;
    for (const auto& [w, v] : terms) {
      sum += w * v;
      total += w;
    }
    return sum / total;
  };
  // Node 0 sees itself and 1 over edge 0; node 1 sees itself, 0 and 2; node 3 itself alone.
  const Matrix<double> expected{
      {mean({{weight(0), 1}, {weight(1.25), 2}}), mean({{weight(1), 10}, {weight(0), 20}})},
      {mean({{weight(1.5), 2}, {weight(0.75), 1}, {weight(-1.5), 4}}),
       mean({{weight(-2), 20}, {weight(-1), 10}, {weight(2), 40}})},
      {mean({{weight(-2), 4}, {weight(1), 2}}), mean({{weight(0), 40}, {weight(4), 20}})},
      {8, 80}};
  EXPECT_TRUE(
      evaluate<double>({{}, {}, {value, source, target, edges}}, attended(graph)).isApprox(expected, 1e-14));
}

TEST(AttendNeighbours, WithEqualScoresIsAMean) {
  const StmGraph graph = path_and_loner();
  const Matrix<double> value{{1, 3}, {2, 6}, {6, 18}, {8, 80}}, zero = Matrix<double>::Zero(4, 1);
  EXPECT_TRUE(evaluate<double>({{}, {}, {value, zero, zero}}, attended(graph))
                  .isApprox(Matrix<double>{{1.5, 4.5}, {3, 9}, {4, 12}, {8, 80}}, 1e-14));
}

TEST(AttendNeighbours, GradientsMatch) {
  Random random(kSeed);
  const StmGraph path = path_and_loner();
  const StmGraph dense = stm_graph_of(random_dag(7, 0.5, random));
  for (const StmGraph* graph : {&path, &dense}) {
    LayerInputs inputs;
    for (const Index cols : {15, 3, 3})
      inputs.matrices.push_back(random_matrix(graph->num_nodes, cols, random));
    EXPECT_TRUE(gradients_match(inputs, attended(*graph)));
    inputs.matrices.push_back(random_matrix(graph->num_edges, 3, random));
    EXPECT_TRUE(gradients_match(inputs, attended(*graph)));
  }
}

// Scores far beyond what exp can take.
TEST(AttendNeighbours, StaysFiniteForLargeScores) {
  const StmGraph graph = path_and_loner();
  const Matrix<double> value{{1}, {2}, {4}, {8}}, large = Matrix<double>::Constant(4, 1, 1e6);
  EXPECT_TRUE(evaluate<double>({{}, {}, {value, large, large}}, attended(graph))
                  .isApprox(Matrix<double>{{1.5}, {7 / 3.0}, {3}, {8}}, 1e-14));
}

TEST(AttendNeighbours, AcceptsGraphsWithoutEdgesAndWithoutNodes) {
  const StmGraph one = stm_graph_of(Dag(1, {})), empty;
  const Matrix<double> value{{3, -4}}, score{{5, 6}}, none(0, 2);
  EXPECT_EQ(evaluate<double>({{}, {}, {value, score, score, none}}, attended(one)), value);
  EXPECT_TRUE(gradients_match({{}, {}, {value, score, score, none}}, attended(one)));
  EXPECT_TRUE(gradients_match({{}, {}, {none, none, none, none}}, attended(empty)));
}

TEST(AttendNeighbours, ComplainsAboutShapes) {
  const StmGraph graph = path_and_loner();
  const auto message = [&](std::vector<std::pair<Index, Index>> shapes) {
    LayerInputs inputs;
    for (const auto& [rows, cols] : shapes) inputs.matrices.push_back(Matrix<double>::Zero(rows, cols));
    return [&graph, inputs] { evaluate<double>(inputs, attended(graph)); };
  };
  EXPECT_THAT(message({{4, 5}, {4, 2}, {4, 2}}),
              ThrowsMessage<ShapeError>("attend_neighbours: value has shape [4, 5], expected [4, 4]"));
  EXPECT_THAT(message({{4, 4}, {3, 2}, {4, 2}}),
              ThrowsMessage<ShapeError>("attend_neighbours: source_score has shape [3], expected [4]"));
  EXPECT_THAT(message({{4, 4}, {4, 2}, {4, 1}}),
              ThrowsMessage<ShapeError>("attend_neighbours: target_score has shape [4, 1], expected [4, 2]"));
  EXPECT_THAT(message({{4, 4}, {4, 2}, {4, 2}, {4, 2}}),
              ThrowsMessage<ShapeError>("attend_neighbours: edge_score has shape [4, 2], expected [2, 2]"));
}

// What needs no gradient gets none.
TEST(AttendNeighbours, LeavesConstantsAlone) {
  Random random(kSeed);
  const StmGraph graph = path_and_loner();
  const Matrix<double> fixed = random_matrix(4, 2, random), edges = random_matrix(2, 2, random);
  const LayerInputs inputs{{}, {}, {random_matrix(4, 2, random)}};
  for (int free = 0; free < 3; ++free) {
    EXPECT_TRUE(gradients_match(inputs, [&](auto& tape, const auto& x) {
      const auto part = [&](int i) { return i == free ? x[0] : tape.constant(fixed.data(), 4, 2); };
      const auto edge = tape.constant(edges.data(), 2, 2);
      return add(tape, attend_neighbours(tape, graph, {part(0), part(1), part(2), edge}),
                 sum_messages(tape, graph, {part(0), part(1), edge}));
    }));
  }
}

}  // namespace
}  // namespace plstm::test
