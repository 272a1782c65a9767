#include "plstm/nn/graphs/transformer/reach_attention.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

// Queries, keys and values at random on a DAG.
struct AttentionSample {
  StmGraph graph;
  Reachability reach;
  LayerInputs inputs;

  AttentionSample(const Dag& dag, Index columns, std::int32_t hops = 0)
      : graph(make_stm_graph(dag, make_line_graph(dag))) {
    reach.find(graph, hops);
    Random random(kSeed);
    inputs.matrices = {random_matrix(dag.num_nodes(), 3 * columns, random)};
  }
  auto run(Index heads) const {
    return [this, heads](auto& tape, const auto& x) { return reach_attention(tape, reach, x[0], heads); };
  }
};

TEST(ReachAttention, GivesWhatTheFormulaSays) {
  const AttentionSample sample(Dag(4, {{0, 1}, {1, 2}, {0, 3}}), 4);
  const Matrix<double>& x = sample.inputs.matrices[0];
  const bool sees[4][4] = {{true, true, true, true},
                           {true, true, true, false},
                           {true, true, true, false},
                           {true, false, false, true}};
  Matrix<double> expected = Matrix<double>::Zero(4, 4);
  for (Index h = 0; h < 2; ++h) {
    for (Index n = 0; n < 4; ++n) {
      double sum = 0;
      Matrix<double> weighted = Matrix<double>::Zero(1, 2);
      for (Index u = 0; u < 4; ++u) {
        if (!sees[n][u]) continue;
        const double weight =
            std::exp(x.row(n).segment(2 * h, 2).dot(x.row(u).segment(4 + 2 * h, 2)) / std::sqrt(2.0));
        sum += weight;
        weighted += weight * x.row(u).segment(8 + 2 * h, 2);
      }
      expected.row(n).segment(2 * h, 2) = weighted / sum;
    }
  }
  EXPECT_TRUE(evaluate<double>(sample.inputs, sample.run(2)).isApprox(expected, 1e-13));
}

TEST(ReachAttention, GradientsMatch) {
  Random random(kSeed);
  for (const Dag& dag : {Dag(4, {{0, 1}, {1, 2}, {0, 3}}), random_dag(20, 0.1, random), Dag(2, {}), Dag()}) {
    for (const Index heads : {1, 2}) {
      const AttentionSample sample(dag, 4, heads - 1);
      EXPECT_TRUE(gradients_match(sample.inputs, sample.run(heads))) << dag.num_nodes();
    }
  }
}

TEST(ReachAttention, FloatFollowsDouble) {
  Random random(kSeed);
  AttentionSample sample(random_dag(90, 0.05, random), 32);
  sample.inputs.matrices[0] *= 4;  // weights far from equal
  const Matrix<double> exact = evaluate<double>(sample.inputs, sample.run(4));
  EXPECT_LE((evaluate<float>(sample.inputs, sample.run(4)).cast<double>() - exact).cwiseAbs().maxCoeff(),
            1e-4);
}

TEST(ReachAttention, GivesTheSameBitsForEveryNumberOfThreads) {
  Random random(kSeed);
  const AttentionSample sample(random_dag(300, 0.02, random), 24);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    return run_backward<float>(sample.inputs, sample.run(3));
  };
  const auto one = run(1), more = run(4);
  EXPECT_EQ(more.output, one.output);
  EXPECT_EQ(more.matrices, one.matrices);
}

TEST(ReachAttention, ComplainsAboutShapes) {
  const AttentionSample sample(chain(3), 4);
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, sample.run(5)); },
              testing::ThrowsMessage<ShapeError>("reach_attention: qkv has shape [3, 12], expected [3, 0]"));
}

TEST(DepthEncodings, AreWavesOfTheLevel) {
  const StmGraph graph = make_stm_graph(Dag(3, {{0, 2}, {2, 1}}), make_line_graph(Dag(3, {{0, 2}, {2, 1}})));
  const NodeLevels levels = make_node_levels(graph);
  const LayerInputs inputs;
  const Matrix<double> y =
      evaluate<double>(inputs, [&](auto& tape, const auto&) { return depth_encodings(tape, levels, 3); });
  const double slow = std::pow(10000.0, -2.0 / 3);
  EXPECT_TRUE(y.isApprox(Matrix<double>{{0, 1, 0},
                                        {std::sin(2), std::cos(2), std::sin(2 * slow)},
                                        {std::sin(1), std::cos(1), std::sin(slow)}},
                         1e-14))
      << y;
}

}  // namespace
}  // namespace plstm::test
