#include <cmath>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/neighbours.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::ThrowsMessage;

constexpr NeighbourSum kSums[] = {NeighbourSum::kSum, NeighbourSum::kMean, NeighbourSum::kSymmetric};

StmGraph layout_of(const Dag& dag) {
  return make_stm_graph(dag, make_line_graph(dag));
}

// Three in a row, the middle one with edges in and out, and a node alone.
StmGraph path_and_loner() {
  return layout_of(Dag(4, {{0, 1}, {1, 2}}));
}

auto summed(const StmGraph& graph, NeighbourSum kind) {
  return [&graph, kind](auto& tape, const auto& x) { return sum_neighbours(tape, graph, x[0], kind); };
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
  const StmGraph dense = layout_of(random_dag(7, 0.5, random));
  for (const NeighbourSum kind : kSums) {
    EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(4, 3, random)}}, summed(path, kind)));
    EXPECT_TRUE(gradients_match({{}, {}, {random_matrix(7, 5, random)}}, summed(dense, kind)));
  }
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
  const StmGraph graph = layout_of(dag);
  const StmGraph reversed = layout_of(reverse(dag));
  const LayerInputs inputs{{}, {}, {random_matrix(9, 4, random)}};
  for (const NeighbourSum kind : kSums) {
    EXPECT_TRUE(evaluate<double>(inputs, summed(graph, kind))
                    .isApprox(evaluate<double>(inputs, summed(reversed, kind)), 1e-13));
  }
}

TEST(SumNeighbours, AcceptsGraphsWithoutEdgesAndWithoutNodes) {
  const StmGraph empty;
  const StmGraph one = layout_of(Dag(1, {}));
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

}  // namespace
}  // namespace plstm::test
