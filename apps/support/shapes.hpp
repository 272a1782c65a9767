#pragma once

#include <plstm/graph/dag.hpp>

namespace plstm::bench {

/// 0 -> 1 -> ... -> num_nodes-1.
Dag chain(NodeId num_nodes);

/// Square grid with node (x, y) = y * side + x and edges right and down: 2 side (side - 1) edges,
/// 4 (side - 1)^2 - 2 line edges (side > 1).
Dag grid(NodeId side);

/// Complete binary tree, from the root down.
Dag tree(NodeId num_nodes);

/// Every node but the first two has two different predecessors, drawn from all nodes before it.
Dag random_dag(NodeId num_nodes);

}  // namespace plstm::bench
