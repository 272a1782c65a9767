#pragma once

#include <plstm/graph/line_graph.hpp>

namespace plstm {

/// Removes line edges until between any two line nodes at most one path is left: the line graph of the D-mode
/// (specification, section 1, "Multitree pruning", which fixes which edges survive). Surviving edges keep
/// their order and are numbered anew. Pruning twice changes nothing.
///
/// The decision falls for an edge f of the DAG as a whole, since all edges that start at head(f) have the
/// same predecessors: f keeps all its successors or none.
///
/// Memory: O(E + L). Time: O(L + E log E) plus the comparisons of ancestors. None are needed where paths that
/// have nothing in common so far meet: chains, trees, forests of in-trees. Otherwise an edge f costs at most
/// the number of nodes of the DAG in which kept paths to f begin or join, of which long chains and grids have
/// few, and mostly less because the walk ends at the first ancestor in common; at the very worst O(E N).
LineGraph prune_to_multitree(const LineGraph& line_graph);

}  // namespace plstm
