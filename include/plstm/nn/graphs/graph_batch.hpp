#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>
#include <plstm/graph/edge_order.hpp>
#include <plstm/nn/graphs/gates.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// Some of the four layouts of a graph: a mode, on the DAG or on its reverse.
class LayoutSet {
 public:
  /// No layout.
  LayoutSet() = default;
  static LayoutSet all() { return LayoutSet(0b1111); }

  LayoutSet& add(StmMode mode, bool reversed) {
    bits_ |= 1u << index(mode, reversed);
    return *this;
  }
  bool contains(StmMode mode, bool reversed) const { return contains(index(mode, reversed)); }
  bool contains(std::size_t layout) const { return (bits_ >> layout & 1u) != 0; }

  LayoutSet intersection(LayoutSet other) const { return LayoutSet(bits_ & other.bits_); }
  LayoutSet unite(LayoutSet other) const { return LayoutSet(bits_ | other.bits_); }
  bool operator==(const LayoutSet&) const = default;

  /// Where a layout stands among the four.
  static std::size_t index(StmMode mode, bool reversed) {
    return (mode == StmMode::kDiffusion ? 1u : 0u) + (reversed ? 2u : 0u);
  }

 private:
  explicit LayoutSet(unsigned bits) : bits_(bits) {}
  unsigned bits_ = 0;
};

/// The layouts that a model may ask for. Those that are not prepared are empty.
struct StmLayouts {
  std::array<StmGraph, 4> graphs;  ///< by LayoutSet::index; not read while another's layouts are borrowed
  LayoutSet prepared = LayoutSet::all();
  const StmLayouts* borrowed = nullptr;  ///< if not null, at() reads these instead

  /// Throws ConfigError saying which layout to prepare, unless it is prepared.
  const StmGraph& at(StmMode mode, bool reversed) const;

  /// Back to no graphs; memory is kept.
  void clear();

  /// Adds the parts of `other`. Layouts that were not prepared there are not prepared here any more.
  void append(const StmLayouts& other);
};

/// A graph with everything that is computed once per data set: line graphs, levels, multitrees, both
/// directions.
struct PreparedGraph {
  AttributedGraph graph;
  StmLayouts layouts;
  std::int32_t max_degree = 0;  ///< largest in- or out-degree
};

struct PrepareOptions {
  LayoutSet layouts = LayoutSet::all();  ///< layouts_of(model) takes less time and memory
  /// kCanonical: a DAG gives the same outputs whatever the order of its edges, each with its features.
  /// Parallel edges are the exception: among themselves they keep the order in which they are listed.
  EdgeOrder order = EdgeOrder::kCanonical;
  /// Of each layout at most; about 200 bytes of memory each. 0: 16 million, or 64 for each edge if that is more. A node
  /// with many edges in and many out has the product of both.
  std::int64_t most_line_edges = 0;
};

/// Node and edge ids stay. Throws ShapeError if arrays and widths do not match (check_attributed_graph), and GraphError
/// naming the node that has most of them if there would be too many line edges, before they are made.
PreparedGraph prepare_graph(AttributedGraph graph, const PrepareOptions& options = {});

/// Some graphs side by side, as a model takes them. Reuse one: clear() keeps the memory.
struct GraphBatch {
  std::vector<std::int32_t> node_offsets{0};  ///< [B + 1]
  StmLayouts layouts;
  EdgeId edge_count = 0;
  std::int32_t node_value_width = 0, node_code_width = 0, edge_value_width = 0, edge_code_width = 0;
  std::int32_t graph_value_width = 0;
  std::vector<float> node_values;        ///< [N, node_value_width]
  std::vector<std::int32_t> node_codes;  ///< [N, node_code_width]
  std::vector<float> edge_values;        ///< [E, edge_value_width]
  std::vector<std::int32_t> edge_codes;  ///< [E, edge_code_width]
  std::vector<float> graph_values;       ///< [B, graph_value_width]

  std::int32_t num_graphs() const { return static_cast<std::int32_t>(node_offsets.size()) - 1; }
  std::int32_t num_nodes() const { return node_offsets.back(); }
  EdgeId num_edges() const { return edge_count; }

  void clear();

  /// Copies the graph behind those that are here. Throws ShapeError if the widths differ from theirs.
  void append(const PreparedGraph& graph);

  /// A batch of this graph alone, which borrows its layouts instead of copying them: they are most of the memory of
  /// a large graph. The graph must outlive the batch, or the next clear() or show().
  void show(const PreparedGraph& graph);
  void show(PreparedGraph&& graph) = delete;

 private:
  void append_features(const AttributedGraph& graph);
};

}  // namespace plstm
