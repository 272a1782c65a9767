#pragma once

#include <cstdint>

#include <plstm/graph/dag.hpp>

namespace plstm::bench {

/// 0 -> 1 -> ... -> num_nodes-1.
Dag chain(NodeId num_nodes);

/// Grid with node (x, y) = y * width + x and edges right and down: w (h - 1) + h (w - 1) edges,
/// 4 (w - 1)(h - 1) - 2 line edges (w, h > 1).
Dag grid(NodeId width, NodeId height);

/// Complete binary tree, from the root down.
Dag tree(NodeId num_nodes);

/// Every node but the first two has two different predecessors, drawn from all nodes before it.
Dag random_dag(NodeId num_nodes);

/// Every node has `degree` different predecessors, or as many as there are, drawn from the `window` nodes before it.
Dag random_dag(NodeId num_nodes, std::int32_t degree, NodeId window);

}  // namespace plstm::bench
