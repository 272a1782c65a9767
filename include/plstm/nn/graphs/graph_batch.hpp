#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>
#include <plstm/nn/graphs/gates.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// The four layouts a model may ask for: both modes, on the DAG and on its reverse.
struct StmLayouts {
  std::array<StmGraph, 4> graphs;

  StmGraph& at(StmMode mode, bool reversed) { return graphs[index(mode, reversed)]; }
  const StmGraph& at(StmMode mode, bool reversed) const { return graphs[index(mode, reversed)]; }

 private:
  static std::size_t index(StmMode mode, bool reversed) {
    return (mode == StmMode::kDiffusion ? 1u : 0u) + (reversed ? 2u : 0u);
  }
};

/// A graph with everything that is computed once per data set: line graphs, levels, multitrees, both
/// directions.
struct PreparedGraph {
  AttributedGraph graph;
  StmLayouts layouts;
  std::int32_t max_degree = 0;  ///< largest in- or out-degree
};

/// Throws ShapeError if arrays and widths do not match (check_attributed_graph).
PreparedGraph prepare_graph(AttributedGraph graph);

/// Some graphs side by side, as a model takes them. Reuse one: clear() keeps the memory.
struct GraphBatch {
  std::vector<std::int32_t> node_offsets{0};  ///< [B + 1]
  StmLayouts layouts;
  std::int32_t node_value_width = 0, node_code_width = 0, edge_value_width = 0, edge_code_width = 0;
  std::int32_t graph_value_width = 0;
  std::vector<float> node_values;        ///< [N, node_value_width]
  std::vector<std::int32_t> node_codes;  ///< [N, node_code_width]
  std::vector<float> edge_values;        ///< [E, edge_value_width]
  std::vector<std::int32_t> edge_codes;  ///< [E, edge_code_width]
  std::vector<float> graph_values;       ///< [B, graph_value_width]

  std::int32_t num_graphs() const { return static_cast<std::int32_t>(node_offsets.size()) - 1; }
  std::int32_t num_nodes() const { return node_offsets.back(); }
  EdgeId num_edges() const { return layouts.graphs[0].num_edges; }

  void clear();

  /// Throws ShapeError if the widths differ from those of the graphs that are here.
  void append(const PreparedGraph& graph);
};

}  // namespace plstm
