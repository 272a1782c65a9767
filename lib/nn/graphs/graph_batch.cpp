#include "plstm/nn/graphs/graph_batch.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/graph/multitree.hpp>

namespace plstm {

namespace {

// The DAG with its edges in `order`.
Dag with_edges_in(const Dag& dag, const std::vector<EdgeId>& order) {
  std::vector<Arc> edges;
  edges.reserve(order.size());
  for (const EdgeId edge : order) edges.push_back(dag.edges()[static_cast<std::size_t>(edge)]);
  return Dag(dag.num_nodes(), std::move(edges), ParallelEdges::kKeep);
}

// What the layouts are made from: a DAG, and the ids that its edges have for the caller; none: the same.
struct Numbering {
  Dag dag;
  std::vector<EdgeId> ids;
};

void check_line_edges(const Dag& dag, std::int64_t limit) {
  if (limit <= 0) limit = std::max<std::int64_t>(16'000'000, std::int64_t{64} * dag.num_edges());
  std::int64_t total = 0, most = 0;
  NodeId busiest = 0;
  for (NodeId node = 0; node < dag.num_nodes(); ++node) {
    const auto pairs = static_cast<std::int64_t>(dag.in_edges(node).size() * dag.out_edges(node).size());
    total += pairs;
    if (pairs > most) {
      most = pairs;
      busiest = node;
    }
  }
  if (total <= limit) return;
  throw GraphError(fmt::format(
      "the graph has {} line edges, more than {}; node {} with {} edges in and {} out has {} of "
      "them: give it fewer "
      "edges or, in a program of your own, raise PrepareOptions::most_line_edges if there is memory",
      total, limit, busiest, dag.in_edges(busiest).size(), dag.out_edges(busiest).size(), most));
}

Numbering number_edges(const Dag& dag, EdgeOrder order) {
  if (order == EdgeOrder::kListed) return {dag, {}};
  std::vector<EdgeId> ids = canonical_edge_order(dag);
  if (std::ranges::is_sorted(ids)) return {dag, {}};
  Dag sorted = with_edges_in(dag, ids);
  return {std::move(sorted), std::move(ids)};
}

std::int32_t largest_degree(const Dag& dag) {
  std::size_t largest = 0;
  for (NodeId node = 0; node < dag.num_nodes(); ++node)
    largest = std::max({largest, dag.in_edges(node).size(), dag.out_edges(node).size()});
  return static_cast<std::int32_t>(largest);
}

}  // namespace

const StmGraph& StmLayouts::at(StmMode mode, bool reversed) const {
  if (borrowed != nullptr) return borrowed->at(mode, reversed);
  if (!prepared.contains(mode, reversed)) {
    throw ConfigError(
        fmt::format("StmLayouts: the layout of the {}-mode on the {} is not prepared; add it to "
                    "PrepareOptions::layouts, or take layouts_of(model)",
                    mode == StmMode::kDiffusion ? "D" : "P", reversed ? "reversed DAG" : "DAG"));
  }
  return graphs[LayoutSet::index(mode, reversed)];
}

void StmLayouts::clear() {
  for (StmGraph& graph : graphs) graph.clear();
  prepared = LayoutSet::all();
  borrowed = nullptr;
}

void StmLayouts::append(const StmLayouts& other) {
  if (const StmLayouts* own = std::exchange(borrowed, nullptr); own != nullptr) append(*own);
  const StmLayouts& source = other.borrowed != nullptr ? *other.borrowed : other;
  prepared = prepared.intersection(source.prepared);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    if (prepared.contains(i)) {
      graphs[i].append(source.graphs[i]);
    } else {
      graphs[i].clear();
    }
  }
}

PreparedGraph prepare_graph(AttributedGraph graph, const PrepareOptions& options) {
  check_attributed_graph(graph);
  PreparedGraph prepared;
  prepared.layouts.prepared = options.layouts;
  if (options.layouts != LayoutSet()) check_line_edges(graph.dag, options.most_line_edges);
  const Numbering numbering = number_edges(graph.dag, options.order);
  const auto prepare = [&](StmMode mode, bool reversed, const Dag& dag, const LineGraph& line_graph) {
    StmGraph layout = make_stm_graph(dag, line_graph);
    if (!numbering.ids.empty()) layout = rename_edges(layout, numbering.ids);
    prepared.layouts.graphs[LayoutSet::index(mode, reversed)] = std::move(layout);
  };
  for (const bool reversed : {false, true}) {
    const bool propagates = options.layouts.contains(StmMode::kPropagation, reversed);
    const bool diffuses = options.layouts.contains(StmMode::kDiffusion, reversed);
    if (!propagates && !diffuses) continue;
    const Dag dag = reversed ? reverse(numbering.dag) : numbering.dag;
    LineGraph line_graph = make_line_graph(dag);
    if (propagates) prepare(StmMode::kPropagation, reversed, dag, line_graph);
    if (!diffuses) continue;
    line_graph = prune_to_multitree(line_graph);
    prepare(StmMode::kDiffusion, reversed, dag, line_graph);
  }
  prepared.max_degree = largest_degree(graph.dag);
  prepared.graph = std::move(graph);
  return prepared;
}

void GraphBatch::clear() {
  node_offsets.assign(1, 0);
  layouts.clear();
  edge_count = 0;
  node_values.clear();
  node_codes.clear();
  edge_values.clear();
  edge_codes.clear();
  graph_values.clear();
}

void GraphBatch::append(const PreparedGraph& prepared) {
  append_features(prepared.graph);
  layouts.append(prepared.layouts);
}

void GraphBatch::show(const PreparedGraph& prepared) {
  clear();
  append_features(prepared.graph);
  layouts.borrowed = prepared.layouts.borrowed != nullptr ? prepared.layouts.borrowed : &prepared.layouts;
}

void GraphBatch::append_features(const AttributedGraph& graph) {
  if (num_graphs() == 0) {
    node_value_width = graph.node_value_width;
    node_code_width = graph.node_code_width;
    edge_value_width = graph.edge_value_width;
    edge_code_width = graph.edge_code_width;
    graph_value_width = graph.graph_value_width;
  }
  check_shape("GraphBatch::append", "feature widths",
              {graph.node_value_width, graph.node_code_width, graph.edge_value_width, graph.edge_code_width,
               graph.graph_value_width},
              {node_value_width, node_code_width, edge_value_width, edge_code_width, graph_value_width});
  edge_count += graph.dag.num_edges();
  node_offsets.push_back(node_offsets.back() + graph.dag.num_nodes());
  node_values.insert(node_values.end(), graph.node_values.begin(), graph.node_values.end());
  node_codes.insert(node_codes.end(), graph.node_codes.begin(), graph.node_codes.end());
  edge_values.insert(edge_values.end(), graph.edge_values.begin(), graph.edge_values.end());
  edge_codes.insert(edge_codes.end(), graph.edge_codes.begin(), graph.edge_codes.end());
  graph_values.insert(graph_values.end(), graph.graph_values.begin(), graph.graph_values.end());
}

}  // namespace plstm
