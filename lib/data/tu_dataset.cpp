#include "plstm/data/tu_dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/graph/adjacency.hpp>

#include "number_table.hpp"
#include "tu_edges.hpp"
#include "tu_files.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

using IntegerTable = NumberTable<std::int64_t>;
using RealTable = NumberTable<float>;

std::size_t at(std::int32_t id) {
  return static_cast<std::size_t>(id);
}

// Reads the labels of the graphs. Returns the number of graphs that have one, or -1 if there are none.
std::int32_t read_graph_labels(const TuFiles& files, TuDataset& result) {
  GraphSet& set = result.set;
  std::int32_t num_graphs = -1;
  if (files.has("graph_labels")) {
    const auto table = read_number_table<std::int64_t>(files.path("graph_labels"), 1);
    const std::vector<std::int64_t> classes = distinct_values(table, 0);
    for (const std::int64_t value : classes) result.class_names.push_back(std::to_string(value));
    for (const std::int64_t value : table.values) {
      set.labels.push_back(static_cast<float>(code_of(value, classes)));
    }
    set.label_names = {"class"};
    result.labels = TuLabels::kClasses;
    num_graphs = static_cast<std::int32_t>(table.rows);
  } else if (files.has("graph_attributes")) {
    RealTable table = read_number_table<float>(files.path("graph_attributes"), 0);
    for (std::size_t i = 1; i <= table.width; ++i) {
      set.label_names.push_back(table.width == 1 ? "target" : fmt::format("target_{}", i));
    }
    set.labels = std::move(table.values);
    result.labels = TuLabels::kValues;
    num_graphs = static_cast<std::int32_t>(table.rows);
  }
  set.present.assign(set.labels.size(), 1);
  return num_graphs;
}

// First node of each graph, and the number of nodes at the end: [B + 1].
std::vector<NodeId> find_first_nodes(const IntegerTable& indicator, std::int32_t num_graphs) {
  std::vector<NodeId> first_nodes;
  for (std::size_t node = 0; node < indicator.rows; ++node) {
    const std::int64_t graph = indicator.values[node];
    const auto last = static_cast<std::int64_t>(first_nodes.size());
    if (graph < 1) fail_at_row(indicator.name, node, fmt::format("has graph {}, expected 1 or more", graph));
    if (graph < last) {
      fail_at_row(indicator.name, node, fmt::format("goes back from graph {} to {}; sort it", last, graph));
    }
    if (num_graphs >= 0 && graph > num_graphs) {
      fail_at_row(indicator.name, node,
                  fmt::format("has graph {}, but there are labels of {} graphs", graph, num_graphs));
    }
    if (num_graphs < 0 && graph > last + 1) {
      fail_at_row(indicator.name, node,
                  fmt::format("goes from graph {} to {}; graphs without nodes need a file of graph labels",
                              last, graph));
    }
    first_nodes.resize(static_cast<std::size_t>(graph), static_cast<NodeId>(node));
  }
  const std::size_t count = num_graphs >= 0 ? at(num_graphs) : first_nodes.size();
  first_nodes.resize(count + 1, static_cast<NodeId>(indicator.rows));
  return first_nodes;
}

template <class T>
void append(std::vector<T>& all, std::span<const T> row) {
  all.insert(all.end(), row.begin(), row.end());
}

// The graph of the nodes first..end-1 of the set, with the edges of the lines `rows`.
AttributedGraph make_graph(NodeId first, NodeId end, std::span<const EdgeId> rows,
                           const std::vector<Arc>& arcs, bool directed, const TuAttributes& nodes,
                           const TuAttributes& edges) {
  AttributedGraph graph;
  graph.node_code_width = static_cast<std::int32_t>(nodes.code_width());
  graph.node_value_width = nodes.value_width;
  graph.edge_code_width = static_cast<std::int32_t>(edges.code_width());
  graph.edge_value_width = edges.value_width;
  for (NodeId node = first; node < end; ++node) {
    append(graph.node_codes, nodes.codes_of(at(node)));
    append(graph.node_values, nodes.values_of(at(node)));
  }
  std::vector<Arc> local;
  local.reserve(rows.size());
  for (const EdgeId row : rows) {
    const Arc arc{arcs[at(row)].tail - first, arcs[at(row)].head - first};
    local.push_back(directed || arc.tail < arc.head ? arc : Arc{arc.head, arc.tail});
    append(graph.edge_codes, edges.codes_of(at(row)));
    append(graph.edge_values, edges.values_of(at(row)));
  }
  graph.dag = Dag(end - first, std::move(local));
  return graph;
}

}  // namespace

TuDataset read_tu_dataset(const fs::path& folder, const TuOptions& options) {
  const TuFiles files(folder);
  files.check_present("A");
  files.check_present("graph_indicator");
  const auto pairs = read_number_table<std::int64_t>(files.path("A"), 2);
  const auto indicator = read_number_table<std::int64_t>(files.path("graph_indicator"), 1);
  TuAttributes nodes =
      read_tu_attributes(files, "node_labels", "node_attributes", indicator.rows, "graph_indicator");
  TuAttributes edges = read_tu_attributes(files, "edge_labels", "edge_attributes", pairs.rows, "A");

  TuDataset result;
  result.node_label_values = nodes.label_values;
  result.edge_label_values = edges.label_values;
  if (nodes.code_width() == 0 && nodes.value_width == 0) {
    nodes.label_values = {{0}};
    nodes.codes.assign(indicator.rows, 0);
  }
  const std::vector<NodeId> first_nodes = find_first_nodes(indicator, read_graph_labels(files, result));
  const std::vector<Arc> arcs = make_tu_arcs(pairs, indicator);
  std::vector<std::size_t> offsets(first_nodes.size(), 0);
  const std::vector<EdgeId> rows =
      group_by_graph(find_tu_edges(arcs, indicator, options.directed, pairs.name, edges, result.counts), arcs,
                     indicator, offsets);

  GraphSet& set = result.set;
  set.node_vocabulary_sizes = nodes.vocabulary_sizes();
  set.edge_vocabulary_sizes = edges.vocabulary_sizes();
  set.node_value_width = nodes.value_width;
  set.edge_value_width = edges.value_width;
  set.graphs.reserve(offsets.size() - 1);
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    const auto own = std::span(rows).subspan(offsets[i], offsets[i + 1] - offsets[i]);
    try {
      set.graphs.push_back(
          make_graph(first_nodes[i], first_nodes[i + 1], own, arcs, options.directed, nodes, edges));
    } catch (const GraphError& error) {
      fail_at_row(
          pairs.name, at(own.front()),
          fmt::format("begins graph {}, which is no DAG (its node 0 is node {} of the file): {}; or read "
                      "the set as undirected",
                      i + 1, first_nodes[i] + 1, error.what()));
    }
  }
  return result;
}

}  // namespace plstm
