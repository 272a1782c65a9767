#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/graph/adjacency.hpp>

namespace plstm {

/// What becomes of an edge that has the tail and the head of an earlier edge, as x * x in an expression gives.
enum class ParallelEdges {
  kRefuse,  ///< it is an error: mostly it means that the data are wrong
  kKeep,    ///< it stays, an edge like all others with an id, features, slots and a state of its own
};

/// Directed acyclic graph on nodes 0..N-1 with edges in a fixed order 0..E-1; edge e runs from tail to head.
///
/// Immutable, so a const Dag may be shared between threads.
/// Invariants: no self-loop, no directed cycle, and no parallel edges unless they were asked for.
class Dag {
 public:
  /// The graph without nodes.
  Dag() = default;

  /// Edge ids follow the order of `edges`. O(N + E) time and memory, no recursion.
  /// Throws GraphError naming the first edge that is not allowed (endpoint out of range, self-loop, repeated
  /// edge unless kept), or else the nodes of one directed cycle.
  Dag(NodeId num_nodes, std::vector<Arc> edges, ParallelEdges parallel = ParallelEdges::kRefuse);

  NodeId num_nodes() const noexcept { return adjacency_.num_vertices(); }
  EdgeId num_edges() const noexcept { return adjacency_.num_arcs(); }

  /// All edges, by id.
  std::span<const Arc> edges() const noexcept { return adjacency_.arcs(); }
  NodeId tail(EdgeId edge) const { return edges()[static_cast<std::size_t>(edge)].tail; }
  NodeId head(EdgeId edge) const { return edges()[static_cast<std::size_t>(edge)].head; }

  /// Ids of the edges that enter or leave `node`, ascending. O(1), no copy.
  std::span<const EdgeId> in_edges(NodeId node) const { return adjacency_.in_arcs(node); }
  std::span<const EdgeId> out_edges(NodeId node) const { return adjacency_.out_arcs(node); }

  /// The compressed rows themselves, for code that walks whole graphs.
  const Adjacency& adjacency() const noexcept { return adjacency_; }

  bool operator==(const Dag& other) const = default;

 private:
  friend Dag reverse(const Dag& dag);
  friend Dag disjoint_union(std::span<const Dag* const> dags);
  explicit Dag(Adjacency adjacency) : adjacency_(std::move(adjacency)) {}

  Adjacency adjacency_;
};

/// Whether two edges have the same tail and the same head. O(N + E).
bool has_parallel_edges(const Dag& dag);

/// The same nodes and edge ids with every edge flipped, parallel edges included. O(N + E).
Dag reverse(const Dag& dag);

}  // namespace plstm
