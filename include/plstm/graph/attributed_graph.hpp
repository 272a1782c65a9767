#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/graph/dag.hpp>
#include <plstm/graph/graph_count.hpp>

namespace plstm {

/// A DAG with what is known of its nodes and edges, real values, categorical codes, or both, and of the whole
/// graph. Any width may be 0.
struct AttributedGraph {
  Dag dag;
  std::int32_t node_value_width = 0;
  std::int32_t node_code_width = 0;
  std::int32_t edge_value_width = 0;
  std::int32_t edge_code_width = 0;
  std::int32_t graph_value_width = 0;
  std::vector<float> node_values;        ///< [N, node_value_width]
  std::vector<std::int32_t> node_codes;  ///< [N, node_code_width], each column has a vocabulary of its own
  std::vector<float> edge_values;        ///< [E, edge_value_width]
  std::vector<std::int32_t> edge_codes;  ///< [E, edge_code_width]
  std::vector<float> graph_values;       ///< [graph_value_width]
  std::vector<GraphCount> graph_counts = {};  ///< what the whole graph has so many of; may be empty

  bool operator==(const AttributedGraph&) const = default;
};

/// Throws ShapeError naming the array whose size does not match the DAG and the widths, the width that is negative, or
/// the first count that check_graph_counts refuses.
void check_attributed_graph(const AttributedGraph& graph);

/// The same nodes, edge ids and attributes, with edge i pointing from the smaller to the larger rank of its
/// ends. O(E + N log N) and the copy. Throws what check_attributed_graph throws, and GraphError unless there
/// are N different ranks (see orient_by_rank).
AttributedGraph reorient(const AttributedGraph& graph, std::span<const NodeId> rank);

}  // namespace plstm
