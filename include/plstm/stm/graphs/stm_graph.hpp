#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/graph/dag.hpp>
#include <plstm/graph/line_graph.hpp>

namespace plstm {

/// One DAG with its line graph, or many of them side by side, laid out flat for the operator.
///
/// A batch is what append() makes of several: the arrays simply follow each other, ids shifted, so that
/// merging costs a copy and the operator knows no difference between one graph of a million edges and ten
/// thousand molecules. Each appended graph stays a *part*: its nodes, edges, line edges and levels are
/// contiguous ranges.
///
/// Edge order inside a part is free; `order` lists the edges of each part level by level. Rows of edges come in
/// ascending id as make_stm_graph leaves them, and in the order of the former ids after rename_edges.
struct StmGraph {
  NodeId num_nodes = 0;
  EdgeId num_edges = 0;
  LineEdgeId num_line_edges = 0;

  std::vector<NodeId> tail, head;                  ///< [E]
  std::vector<std::int32_t> in_slot;               ///< [E] rank of each edge among the edges into its head
  std::vector<std::int32_t> out_slot;              ///< [E] rank of each edge among the edges out of its tail
  std::vector<std::int32_t> in_offsets{0};         ///< [N + 1] rows of in_edges
  std::vector<EdgeId> in_edges;                    ///< [E] edges entering each node, by in_slot
  std::vector<std::int32_t> out_offsets{0};        ///< [N + 1] rows of out_edges
  std::vector<EdgeId> out_edges;                   ///< [E] edges leaving each node, by out_slot
  std::vector<LineEdgeId> predecessor_offsets{0};  ///< [E + 1]
  std::vector<EdgeId> predecessors;                ///< [L] f of each f -> e, by e
  std::vector<LineEdgeId> predecessor_line_edges;  ///< [L] the line edge that f -> e is
  std::vector<LineEdgeId> successor_offsets{0};    ///< [E + 1]; line edges are numbered by f, so the
                                                   ///< position in the rows is the line edge itself
  std::vector<EdgeId> successors;                  ///< [L] e of each f -> e, by f
  std::vector<EdgeId> order;                       ///< [E] topological, part after part
  std::vector<EdgeId> level_offsets;               ///< ends of the levels in `order`, part after part

  /// First node, edge, line edge and level of each part; one closing entry.
  struct Part {
    NodeId node;
    EdgeId edge;
    LineEdgeId line_edge;
    std::int32_t level;
    bool operator==(const Part&) const = default;
  };
  std::vector<Part> parts{{0, 0, 0, 0}};

  std::int32_t num_parts() const { return static_cast<std::int32_t>(parts.size()) - 1; }

  bool operator==(const StmGraph&) const = default;

  /// Largest in- or out-degree of a node; 0 without edges. O(E).
  std::int32_t max_degree() const;

  /// Back to the empty graph; memory is kept.
  void clear();

  /// Adds the parts of `other` behind those that are here. Throws GraphError if the ids overflow.
  void append(const StmGraph& other);
};

/// Lays out one DAG with a line graph of it: make_line_graph(dag) in P-mode, its prune_to_multitree in
/// D-mode. One part. O(N + E + L). Throws GraphError if the line graph has another number of nodes than the
/// DAG has edges.
StmGraph make_stm_graph(const Dag& dag, const LineGraph& line_graph);

/// The same graph with new edge ids: edge e becomes new_ids[e], a permutation of 0..E-1 that leaves every edge in its
/// part. Rows of edges, slots, levels and thereby all sums keep their order. Line edges are numbered anew by f.
/// O(N + E + L). Throws GraphError if new_ids is no such permutation.
StmGraph rename_edges(const StmGraph& graph, std::span<const EdgeId> new_ids);

}  // namespace plstm
