#pragma once

#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "support/random_graph.hpp"

namespace plstm::test {

/// Random DAG with one real feature per node and one code of 3 per edge.
inline PreparedGraph toy_graph(NodeId nodes, Random& random) {
  AttributedGraph graph;
  graph.dag = random_dag(nodes, 0.4, random);
  graph.node_value_width = 1;
  graph.edge_code_width = 1;
  for (NodeId i = 0; i < nodes; ++i) graph.node_values.push_back(static_cast<float>(random.normal()));
  for (EdgeId e = 0; e < graph.dag.num_edges(); ++e) {
    graph.edge_codes.push_back(static_cast<std::int32_t>(random.below(3)));
  }
  return prepare_graph(std::move(graph));
}

inline std::vector<PreparedGraph> toy_graphs(std::size_t count, Random& random) {
  std::vector<PreparedGraph> graphs;
  for (std::size_t i = 0; i < count; ++i)
    graphs.push_back(toy_graph(static_cast<NodeId>(2 + random.below(7)), random));
  return graphs;
}

/// A small model for them.
inline GraphModelConfig toy_config() {
  GraphModelConfig config;
  config.node_value_width = 1;
  config.edge_vocabulary_sizes = {3};
  config.edge_encoder = true;
  config.width = 8;
  config.body = StmBody{.blocks = "PD", .heads = 2, .gates = {.gate_bias = -1, .transition_std = 1}};
  return config;
}

/// Mean of the node values: something that can be learned.
inline float toy_target(const PreparedGraph& graph) {
  float sum = 0;
  for (const float value : graph.graph.node_values) sum += value;
  return sum / static_cast<float>(graph.graph.node_values.size());
}

}  // namespace plstm::test
