#pragma once

#include <span>
#include <utility>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/graph/dag.hpp>

namespace plstm {

/// Undirected graph as a list of edges; the order of the two ends means nothing.
struct UndirectedGraph {
  NodeId num_nodes = 0;
  std::vector<std::pair<NodeId, NodeId>> edges;
  ParallelEdges parallel = ParallelEdges::kRefuse;  ///< of an orientation, where an edge is given twice
};

/// The edges of a DAG with their directions forgotten: pair i is tail and head of edge i. Keeps parallel
/// edges where the DAG has some. O(N + E).
UndirectedGraph undirected(const Dag& dag);

/// All orientations keep node and edge ids: edge i of the Dag is edge i of the graph, pointing from the
/// smaller to the larger rank of its ends. They throw GraphError for an end out of range, a self-loop, or an
/// edge given twice (in either direction) unless graph.parallel keeps it. O(N + E) unless said otherwise, no
/// recursion.

/// rank(node) = node.
Dag orient_by_index(const UndirectedGraph& graph);

/// rank(node) = rank[node]; N ranks, all different, or else GraphError. O(E + N log N).
Dag orient_by_rank(const UndirectedGraph& graph, std::span<const NodeId> rank);

/// The order in which a breadth-first search meets the nodes of each component, started in the
/// pseudo_peripheral_node() of its smallest node. Neighbours are met in ascending index; the components
/// follow each other in the order of their smallest node. O(N + E) for each search, of which finding the
/// start takes a few.
Dag orient_by_bfs(const UndirectedGraph& graph);

/// The order in which a depth-first search first meets the nodes; start, neighbours and components as above.
Dag orient_by_dfs(const UndirectedGraph& graph);

/// Ranks used by orient_by_bfs and orient_by_dfs: rank[node] = position of the node in the search. Throw
/// GraphError for an end out of range; a self-loop or an edge given twice changes nothing.
std::vector<NodeId> bfs_rank(const UndirectedGraph& graph);
std::vector<NodeId> dfs_rank(const UndirectedGraph& graph);

/// A node far from `start` in its component: the smallest node of the last layer of a breadth-first search,
/// repeated from there until the eccentricity grows no more (George & Liu 1979). `start` itself if it has no
/// neighbour. Throws GraphError if `start` or an end is out of range.
NodeId pseudo_peripheral_node(const UndirectedGraph& graph, NodeId start);

}  // namespace plstm
