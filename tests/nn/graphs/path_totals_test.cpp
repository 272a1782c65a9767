#include "plstm/nn/graphs/path_totals.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/line_graph.hpp>
#include <plstm/nn/graphs/graph_readout.hpp>

#include "nn/model_sample.hpp"
#include "support/gradient_check.hpp"
#include "support/random_graph.hpp"

namespace plstm::test {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Index kStates = 5, kHeads = 2, kWidth = 3;

struct TotalsSample {
  Dag dag;
  StmGraph graph;
  PathTotals totals;
  LayerInputs inputs;

  TotalsSample(NodeId nodes, double density, double scale, Random& random)
      : dag(random_dag(nodes, density, random)), graph(make_stm_graph(dag, make_line_graph(dag))) {
    totals = add_path_totals(inputs.layout, "totals", kStates, kHeads, kWidth, 1e-5);
    inputs.values = random_values(inputs.layout, scale, random);
    inputs.matrices = {random_matrix(dag.num_nodes(), kStates, random)};
  }

  Matrix<double> parameter(ParameterId id, Index rows) const {
    const ParameterInfo& info = inputs.layout[id];
    return ConstMatrixMap<double>(inputs.values.data() + info.offset, rows,
                                  static_cast<Index>(info.size) / rows);
  }

  auto run() const {
    return [this](auto& tape, const auto& x) { return apply(tape, totals, graph, x[0]); };
  }
};

std::vector<int> depths_of(const Dag& dag) {
  std::vector<int> depth(static_cast<std::size_t>(dag.num_nodes()));
  for (NodeId again = 0; again < dag.num_nodes(); ++again) {
    for (const Arc& arc : dag.edges()) {
      int& of_head = depth[static_cast<std::size_t>(arc.head)];
      of_head = std::max(of_head, depth[static_cast<std::size_t>(arc.tail)] + 1);
    }
  }
  return depth;
}

// y_n = v_n + sum of a_e y_u, as the header has it, node after node.
Matrix<double> totals_of(const TotalsSample& sample) {
  const Dag& dag = sample.dag;
  const Matrix<double>& x = sample.inputs.matrices[0];
  const Matrix<double> norm = sample.parameter(sample.totals.norm, 1);
  Matrix<double> z = x;
  for (Index n = 0; n < x.rows(); ++n) {
    const double root = std::sqrt(x.row(n).squaredNorm() / static_cast<double>(kStates) + 1e-5);
    z.row(n) = x.row(n).cwiseProduct(norm.row(0)) / root;
  }
  Matrix<double> value = z * sample.parameter(sample.totals.value.weight, kHeads * kWidth).transpose();
  value.rowwise() += sample.parameter(sample.totals.value.bias, 1).row(0);
  const Matrix<double> from = z * sample.parameter(sample.totals.from.weight, kHeads).transpose();
  const Matrix<double> relative = sample.parameter(sample.totals.relative.weight, kHeads);
  const std::vector<int> depth = depths_of(dag);
  Matrix<double> y = value;
  std::vector<NodeId> order;
  for (NodeId n = 0; n < dag.num_nodes(); ++n) order.push_back(n);
  std::ranges::stable_sort(order, {}, [&](NodeId n) { return depth[static_cast<std::size_t>(n)]; });
  for (const NodeId n : order) {
    for (Index h = 0; h < kHeads; ++h) {
      double sum = 0;
      Matrix<double> mean = Matrix<double>::Zero(1, kWidth);
      for (const Arc& arc : dag.edges()) {
        if (arc.head != n) continue;
        const int rise = depth[static_cast<std::size_t>(n)] - depth[static_cast<std::size_t>(arc.tail)];
        const double score = from(arc.tail, h) + relative(h, 0) / rise + (rise == 1 ? relative(h, 1) : 0.0);
        const double weight = std::exp(256 * score);
        sum += weight;
        mean += weight * y.row(arc.tail).segment(h * kWidth, kWidth);
      }
      if (sum > 0) y.row(n).segment(h * kWidth, kWidth) += (mean / sum).row(0);
    }
  }
  return 8 * y;
}

TEST(PathTotals, AreValuesAndWeightedMeansOfTotalsOfPredecessors) {
  Random random(kSeed);
  for (const double density : {0.0, 0.2, 0.6}) {
    const TotalsSample sample(9, density, 0.01, random);
    EXPECT_TRUE(evaluate<double>(sample.inputs, sample.run()).isApprox(totals_of(sample), 1e-10));
  }
}

TEST(PathTotals, GradientsMatch) {
  Random random(kSeed);
  for (const double density : {0.0, 0.3, 0.6}) {
    const TotalsSample sample(7, density, 0.003, random);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run()));
  }
}

// With a large weight of edges that rise by one level, each node counts the nodes on its longest path.
TEST(PathTotals, CountAlongTheLongestPath) {
  Random random(kSeed);
  TotalsSample sample(40, 0.2, 0, random);
  const auto set = [&](ParameterId id, double value, std::size_t step = 1, std::size_t first = 0) {
    const ParameterInfo& info = sample.inputs.layout[id];
    for (std::size_t i = first; i < info.size; i += step) sample.inputs.values[info.offset + i] = value;
  };
  set(sample.totals.value.bias, 1.0 / 8);
  set(sample.totals.relative.weight, 1, 2, 1);
  const Matrix<double> y = evaluate<double>(sample.inputs, sample.run());
  const std::vector<int> depth = depths_of(sample.dag);
  ASSERT_GT(*std::ranges::max_element(depth), 5);
  for (NodeId n = 0; n < sample.dag.num_nodes(); ++n)
    EXPECT_NEAR(y(n, 0), depth[static_cast<std::size_t>(n)] + 1, 1e-9) << n;
}

TEST(PathTotals, RefuseStatesOfAnotherGraph) {
  Random random(kSeed);
  TotalsSample sample(4, 0.5, 0.1, random);
  sample.inputs.matrices = {random_matrix(3, kStates, random)};
  EXPECT_THAT([&] { evaluate<double>(sample.inputs, sample.run()); },
              ThrowsMessage<ShapeError>(HasSubstr("path totals: x")));
}

// U t as the header of forward() has it, from the totals on the DAG and on its reverse.
Matrix<double> expected_part(const ModelSample& sample, const GraphBatch& batch) {
  const auto of = [&](const PathTotals& totals, bool reversed) {
    return evaluate<double>(sample.inputs, [&](auto& tape, const auto&) {
      return apply(tape, totals, batch.layouts.at(StmMode::kPropagation, reversed),
                   encode_nodes(tape, sample.model, batch));
    });
  };
  const Matrix<double> forward = of(sample.model.totals, false);
  const Matrix<double> backward = of(sample.model.reversed_totals, true);
  Matrix<double> y(forward.rows(), forward.cols() + backward.cols());
  y << forward, backward;
  Matrix<double> t = y;
  if (sample.model.config.readout == Readout::kGraph) {
    t = Matrix<double>::Zero(batch.num_graphs(), y.cols());
    for (Index g = 0; g < t.rows(); ++g) {
      const Index first = batch.node_offsets[static_cast<std::size_t>(g)];
      const Index count = batch.node_offsets[static_cast<std::size_t>(g) + 1] - first;
      if (count > 0) t.row(g) = y.middleRows(first, count).colwise().maxCoeff();
    }
  } else if (sample.model.config.readout == Readout::kEdge) {
    const StmGraph& graph = batch.layouts.at(StmMode::kPropagation, false);
    t.resize(graph.num_edges, 2 * y.cols());
    for (EdgeId e = 0; e < graph.num_edges; ++e) {
      const auto edge = static_cast<std::size_t>(e);
      t.row(e) << y.row(graph.tail[edge]), y.row(graph.head[edge]);
    }
  }
  const ParameterInfo& head = sample.model.layout[sample.model.totals_head.weight];
  const ConstMatrixMap<double> weight(sample.inputs.values.data() + head.offset, sample.model.config.outputs,
                                      t.cols());
  return t * weight.transpose();
}

// Outputs of each read-out with and without the decoder's part say that both are added up.
TEST(PathTotals, StandBesideTheDecoderOfEveryReadout) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = sample_graphs(random);
  for (const Readout readout : {Readout::kGraph, Readout::kNode, Readout::kEdge}) {
    GraphModelConfig config = small_config();
    config.readout = readout;
    config.path_totals = 2;
    ModelSample sample(config, 0.01);
    ASSERT_TRUE(layouts_of(sample.model).contains(StmMode::kPropagation, true));
    const GraphBatch batch = make_batch(graphs);
    const Matrix<double> both = sample.outputs(batch);
    EXPECT_TRUE(gradients_match(sample.inputs, sample.run(batch)));
    expect_same_bits_for_every_number_of_threads(sample, batch);
    const Matrix<double> totals = evaluate<double>(sample.inputs, [&](auto& tape, const auto&) {
      return totals_part(tape, sample.model, batch, encode_nodes(tape, sample.model, batch));
    });
    EXPECT_TRUE(totals.isApprox(expected_part(sample, batch), 1e-10));
    const ParameterInfo& head = sample.model.layout[sample.model.totals_head.weight];
    std::fill_n(sample.inputs.values.begin() + static_cast<std::ptrdiff_t>(head.offset), head.size, 0);
    EXPECT_TRUE(both.isApprox(sample.outputs(batch) + totals, 1e-10));
  }
}

}  // namespace
}  // namespace plstm::test
