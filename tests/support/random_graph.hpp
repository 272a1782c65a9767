#pragma once

#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/dag.hpp>

namespace plstm::test {

/// DAG on `num_nodes` nodes: every pair of a random order of the nodes is an edge with probability `density`;
/// the edges come in random order.
inline Dag random_dag(NodeId num_nodes, double density, Random& random) {
  const std::vector<std::int32_t> order = random_permutation(num_nodes, random);
  std::vector<Arc> edges;
  for (NodeId i = 0; i < num_nodes; ++i) {
    for (NodeId j = i + 1; j < num_nodes; ++j) {
      if (random.uniform() < density) {
        edges.push_back({order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(j)]});
      }
    }
  }
  const std::vector<std::int32_t> edge_order =
      random_permutation(static_cast<std::int32_t>(edges.size()), random);
  std::vector<Arc> shuffled;
  for (const std::int32_t e : edge_order) shuffled.push_back(edges[static_cast<std::size_t>(e)]);
  return Dag(num_nodes, std::move(shuffled));
}

/// 0 -> 1 -> ... -> num_nodes-1.
inline Dag chain(NodeId num_nodes) {
  std::vector<Arc> edges;
  for (NodeId i = 0; i + 1 < num_nodes; ++i) edges.push_back({i, i + 1});
  return Dag(num_nodes, std::move(edges));
}

/// A long graph in which few paths run side by side: node i has edges to some of the next `reach` nodes, to
/// the next one always, and ids go up or, with `downwards`, down along the edges.
inline Dag thin_dag(NodeId num_nodes, NodeId reach, double density, bool downwards, Random& random) {
  std::vector<Arc> edges;
  const auto id = [=](NodeId i) { return downwards ? num_nodes - 1 - i : i; };
  for (NodeId i = 0; i < num_nodes; ++i) {
    for (NodeId j = i + 1; j < num_nodes && j <= i + reach; ++j) {
      if (j == i + 1 || random.uniform() < density) edges.push_back({id(i), id(j)});
    }
  }
  return Dag(num_nodes, std::move(edges));
}

/// Grid with node (x, y) = y * width + x and edges to the right and down; per node the edge right comes
/// first.
inline Dag grid(NodeId width, NodeId height) {
  std::vector<Arc> edges;
  for (NodeId y = 0; y < height; ++y) {
    for (NodeId x = 0; x < width; ++x) {
      const NodeId node = y * width + x;
      if (x + 1 < width) edges.push_back({node, node + 1});
      if (y + 1 < height) edges.push_back({node, node + width});
    }
  }
  return Dag(width * height, std::move(edges));
}

}  // namespace plstm::test
