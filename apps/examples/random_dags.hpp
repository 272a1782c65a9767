#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/attributed_graph.hpp>

// What the examples learn: random DAGs and the depth of each node, the length of the longest path that ends in it.
namespace plstm::examples {

struct RandomDag {
  AttributedGraph graph;
  std::vector<double> depth;  ///< [nodes]
};

/// Each node but the first has one or two edges from earlier nodes. The only feature of a node is the number 1.
inline RandomDag make_random_dag(NodeId num_nodes, Random& random) {
  RandomDag result;
  std::vector<Arc> edges;
  result.depth.assign(static_cast<std::size_t>(num_nodes), 0.0);
  for (NodeId node = 1; node < num_nodes; ++node) {
    const auto first = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(node)));
    const auto second = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(node)));
    for (const NodeId parent : {first, second}) {
      if (!edges.empty() && edges.back().tail == parent && edges.back().head == node)
        continue;  // the same again
      edges.push_back({parent, node});
      double& depth = result.depth[static_cast<std::size_t>(node)];
      depth = std::max(depth, result.depth[static_cast<std::size_t>(parent)] + 1);
    }
  }
  result.graph.dag = Dag(num_nodes, std::move(edges));
  result.graph.node_value_width = 1;
  result.graph.node_values.assign(static_cast<std::size_t>(num_nodes), 1.0f);
  return result;
}

}  // namespace plstm::examples
