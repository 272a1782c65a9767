#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "support/random_graph.hpp"
#include "support/vectors.hpp"

namespace plstm::test {

/// Vocabularies of the features that random_features draws.
inline const std::vector<std::int32_t> kNodeVocabularies{3, 2};
inline const std::vector<std::int32_t> kEdgeVocabularies{4};

/// The DAG with features at random: three values and two codes per node, two values and one code per edge.
inline AttributedGraph random_features(Dag dag, Random& random) {
  const auto nodes = static_cast<std::size_t>(dag.num_nodes());
  const auto edges = static_cast<std::size_t>(dag.num_edges());
  const auto codes = [&](std::size_t rows, const std::vector<std::int32_t>& sizes) {
    std::vector<std::int32_t> list;
    for (std::size_t i = 0; i < rows * sizes.size(); ++i) {
      list.push_back(
          static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(sizes[i % sizes.size()]))));
    }
    return list;
  };
  AttributedGraph graph;
  graph.dag = std::move(dag);
  graph.node_value_width = 3;
  graph.node_code_width = 2;
  graph.edge_value_width = 2;
  graph.edge_code_width = 1;
  graph.node_values = random_normal<float>(3 * nodes, random);
  graph.node_codes = codes(nodes, kNodeVocabularies);
  graph.edge_values = random_normal<float>(2 * edges, random);
  graph.edge_codes = codes(edges, kEdgeVocabularies);
  return graph;
}

/// The graph with node i named rename[i], edges in the same order.
inline AttributedGraph with_nodes_renamed(const AttributedGraph& graph,
                                          const std::vector<std::int32_t>& rename) {
  const auto name = [&](NodeId node) { return rename[static_cast<std::size_t>(node)]; };
  std::vector<Arc> edges;
  for (const Arc& edge : graph.dag.edges()) edges.push_back({name(edge.tail), name(edge.head)});
  AttributedGraph renamed = graph;
  renamed.dag = Dag(graph.dag.num_nodes(), edges);
  for (NodeId i = 0; i < graph.dag.num_nodes(); ++i) {
    const std::ptrdiff_t to = name(i);
    std::copy_n(graph.node_values.begin() + 3 * i, 3, renamed.node_values.begin() + 3 * to);
    std::copy_n(graph.node_codes.begin() + 2 * i, 2, renamed.node_codes.begin() + 2 * to);
  }
  return renamed;
}

/// A diamond, one node, no node at all, nodes without edges, a chain, and one with all edges.
inline std::vector<PreparedGraph> sample_graphs(Random& random) {
  std::vector<PreparedGraph> graphs;
  for (Dag dag : {Dag(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}), Dag(1, {}), Dag(), Dag(3, {}), chain(5),
                  random_dag(5, 1, random)}) {
    graphs.push_back(prepare_graph(random_features(std::move(dag), random)));
  }
  return graphs;
}

inline GraphBatch make_batch(const std::vector<PreparedGraph>& graphs) {
  GraphBatch batch;
  for (const PreparedGraph& graph : graphs) batch.append(graph);
  return batch;
}

/// A small model that takes all features of these graphs; gates open, so that they matter.
inline GraphModelConfig small_config(StmLayerKind kind = StmLayerKind::kEdge) {
  GraphModelConfig config;
  config.node_value_width = 3;
  config.node_vocabulary_sizes = kNodeVocabularies;
  config.edge_value_width = 2;
  config.edge_vocabulary_sizes = kEdgeVocabularies;
  config.width = 4;
  config.body = StmBody{.blocks = "PD",
                        .heads = 2,
                        .layer = kind,
                        .max_degree = 4,
                        .gates = {.gate_bias = 1, .gate_weight_std = 0.5, .transition_std = 1}};
  config.outputs = 2;
  return config;
}

}  // namespace plstm::test
