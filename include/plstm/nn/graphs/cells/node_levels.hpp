#pragma once

#include <cstdint>
#include <vector>

#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// Along which edges states go.
enum class EdgeDirection {
  kForward,   ///< from the tail of each edge to its head
  kBackward,  ///< from head to tail: on the reversed DAG
};

/// The nodes of a graph or of a whole batch sorted into levels: a node without in-edges is in level 0, every other node
/// one above its highest predecessor. Nodes of one level do not depend on each other. With EdgeDirection::kBackward,
/// out-edges take the place of in-edges.
///
/// A *place* is a position in this order. Rows of nodes of one level, and of the edges into them, are then contiguous.
struct NodeLevels {
  std::vector<std::int32_t> nodes;             ///< [N] the node at each place; ascending within a level
  std::vector<std::int32_t> level_offsets{0};  ///< [levels + 1] places
  std::vector<std::int32_t> edge_offsets{0};   ///< [N + 1] rows of the edges into the node at each place
  std::vector<std::int32_t> edges;             ///< [E] their ids, in the order in which the graph lists them
  std::vector<std::int32_t> sources;           ///< [E] the place of the node that each of them comes from

  std::int32_t num_nodes() const { return static_cast<std::int32_t>(nodes.size()); }
  std::int32_t num_edges() const { return static_cast<std::int32_t>(edges.size()); }
  std::int32_t num_levels() const { return static_cast<std::int32_t>(level_offsets.size()) - 1; }

  bool operator==(const NodeLevels&) const = default;
};

/// The levels of a layout in P-mode, such as batch.layouts.at(StmMode::kPropagation, false); the multitree of the D-mode
/// lacks paths. O(N + E).
NodeLevels make_node_levels(const StmGraph& graph, EdgeDirection direction = EdgeDirection::kForward);

/// The same into `levels`, whose memory is used again.
void make_node_levels(const StmGraph& graph, EdgeDirection direction, NodeLevels& levels);

}  // namespace plstm
