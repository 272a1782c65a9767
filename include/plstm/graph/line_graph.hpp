#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include <plstm/core/ids.hpp>
#include <plstm/graph/adjacency.hpp>
#include <plstm/graph/dag.hpp>

namespace plstm {

/// Line graph of a DAG: its nodes are the DAG's edges, and a line edge f -> e says that e starts where f ends
/// (specification, section 1). Acyclic. Line edges are numbered in ascending (from, to).
///
/// Immutable and self-contained: it does not refer to the Dag it was made from.
class LineGraph {
 public:
  LineGraph() = default;

  /// E, the edges of the DAG.
  EdgeId num_nodes() const noexcept { return adjacency_.num_vertices(); }
  /// L.
  LineEdgeId num_edges() const noexcept { return adjacency_.num_arcs(); }

  /// All line edges, by id; `tail` is f and `head` is e of f -> e.
  std::span<const Arc> edges() const noexcept { return adjacency_.arcs(); }
  EdgeId from(LineEdgeId line_edge) const { return edges()[static_cast<std::size_t>(line_edge)].tail; }
  EdgeId to(LineEdgeId line_edge) const { return edges()[static_cast<std::size_t>(line_edge)].head; }

  /// Ids of the line edges that enter (predecessors f -> e) or leave `edge`, ascending; so the predecessors
  /// and the successors come in ascending order too. O(1), no copy.
  std::span<const LineEdgeId> in_edges(EdgeId edge) const { return adjacency_.in_arcs(edge); }
  std::span<const LineEdgeId> out_edges(EdgeId edge) const { return adjacency_.out_arcs(edge); }

  const Adjacency& adjacency() const noexcept { return adjacency_; }

  bool operator==(const LineGraph& other) const = default;

 private:
  friend LineGraph make_line_graph(const Dag& dag);
  friend LineGraph prune_to_multitree(const LineGraph& line_graph);
  explicit LineGraph(Adjacency adjacency) : adjacency_(std::move(adjacency)) {}

  Adjacency adjacency_;
};

/// L = sum over nodes of indegree * outdegree line edges; O(N + E + L) time and memory.
/// Throws GraphError if L does not fit a LineEdgeId (a node of in-degree and out-degree 46,341 is enough).
LineGraph make_line_graph(const Dag& dag);

}  // namespace plstm
