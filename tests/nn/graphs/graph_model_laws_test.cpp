#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <plstm/core/cpu.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "nn/model_sample.hpp"

// What holds for every graph model of the paper: beside which graphs a graph stands, the names of nodes, the order of
// edges, the floating-point type and the number of threads.

namespace plstm::test {
namespace {

constexpr StmLayerKind kLayerKinds[] = {StmLayerKind::kNode, StmLayerKind::kEdge};

TEST(GraphModel, ABatchGivesWhatItsGraphsGiveAlone) {
  Random random(kSeed);
  const std::vector<PreparedGraph> graphs = sample_graphs(random);
  for (const StmLayerKind kind : kLayerKinds) {
    GraphModelConfig config = small_config(kind);
    stm_body(config).blocks = "PDPD";
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

TEST(GraphModel, AcceptsABatchOfNoGraphs) {
  for (const StmLayerKind kind : kLayerKinds) {
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
  for (const StmLayerKind kind : kLayerKinds) {
    for (const Pooling pooling : {Pooling::kMean, Pooling::kSum, Pooling::kMax}) {
      GraphModelConfig config = small_config(kind);
      stm_body(config).max_degree = 8;
      stm_body(config).blocks = "PDPD";
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
  for (const StmLayerKind kind : kLayerKinds) {
    for (const Readout readout : {Readout::kGraph, Readout::kNode, Readout::kEdge}) {
      GraphModelConfig config = small_config(kind);
      stm_body(config).max_degree = 16;
      stm_body(config).blocks = "PDPD";
      config.edge_encoder = kind == StmLayerKind::kEdge;
      stm_body(config).neighbours = random.below(2) == 0;
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

TEST(GraphModel, FloatFollowsDouble) {
  Random random(kSeed);
  const GraphBatch batch = make_batch(sample_graphs(random));
  for (const StmLayerKind kind : kLayerKinds) {
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
GraphBatch large_graph() {
  Random random(kSeed);
  return make_batch({prepare_graph(random_features(thin_dag(33000, 3, 0.6, false, random), random))});
}

void expect_same_bits_on_large_graphs(StmLayerKind kind, bool gated, const GraphBatch& batch) {
  GraphModelConfig config = small_config(kind);
  config.width = 8;
  config.readout = Readout::kNode;
  stm_body(config).residual_scale = true;
  stm_body(config).gated = gated;
  expect_same_bits_for_every_number_of_threads(ModelSample(config, 0.2), batch);
}

TEST(GraphModel, ALargeGraphHasTheSameBitsForEveryNumberOfThreads) {
  expect_same_bits_on_large_graphs(StmLayerKind::kEdge, false, large_graph());
}

// The same threads on other layers.
TEST(GraphModel, LargeGraphsHaveTheSameBitsInOtherLayers) {
  const GraphBatch batch = large_graph();
  expect_same_bits_on_large_graphs(StmLayerKind::kEdge, true, batch);
  expect_same_bits_on_large_graphs(StmLayerKind::kNode, false, batch);
  expect_same_bits_on_large_graphs(StmLayerKind::kNode, true, batch);
}

}  // namespace
}  // namespace plstm::test
