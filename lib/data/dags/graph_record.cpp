#include "plstm/data/dags/graph_record.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/graph/orientation.hpp>

namespace plstm {

namespace {

constexpr std::size_t kMostShown = 10;  // nodes of a cycle that a message names

std::size_t at(std::int32_t id) {
  return static_cast<std::size_t>(id);
}

[[noreturn]] void refuse(const GraphRecord& record, const std::string& problem) {
  throw GraphError(fmt::format("{}: graph '{}': {}", record.place, printable(record.name), problem));
}

std::string in_quotes(const GraphRecord& record, NodeId node) {
  return fmt::format("'{}'", printable(node_name(record, node)));
}

std::string arrow(const GraphRecord& record, const Arc& edge) {
  return fmt::format("{} {} {}", in_quotes(record, edge.tail), record.directed ? "->" : "--",
                     in_quotes(record, edge.head));
}

void check_sizes(const GraphRecord& record) {
  constexpr std::size_t kMost = std::numeric_limits<EdgeId>::max();
  if (record.num_nodes < 0 ||
      (!record.node_names.empty() && record.node_names.size() != at(record.num_nodes))) {
    refuse(record, fmt::format("{} names for {} nodes", record.node_names.size(), record.num_nodes));
  }
  if (record.edges.size() > kMost) {
    refuse(record, fmt::format("{} edges, expected at most {}; split it", record.edges.size(), kMost));
  }
}

void check_ends(const GraphRecord& record) {
  for (std::size_t i = 0; i < record.edges.size(); ++i) {
    const Arc& edge = record.edges[i];
    for (const NodeId node : {edge.tail, edge.head}) {
      if (node >= 0 && node < record.num_nodes) continue;
      refuse(record, fmt::format("edge {} of {} names node {}, but the graph has {} nodes, numbered from 0",
                                 i + 1, record.edges.size(), node, record.num_nodes));
    }
    if (edge.tail == edge.head) {
      refuse(record, fmt::format("edge {} of {} leads from node {} to itself; remove it", i + 1,
                                 record.edges.size(), in_quotes(record, edge.tail)));
    }
  }
}

// Edges with an undirected one made to point to the larger number: those that are parallel are then equal.
std::vector<Arc> comparable_edges(const GraphRecord& record) {
  std::vector<Arc> edges = record.edges;
  if (!record.directed) {
    for (Arc& edge : edges) edge = {std::min(edge.tail, edge.head), std::max(edge.tail, edge.head)};
  }
  return edges;
}

void check_not_parallel(const GraphRecord& record) {
  const Adjacency graph(record.num_nodes, comparable_edges(record));
  std::vector<EdgeId> last_into(at(record.num_nodes), -1);
  for (NodeId tail = 0; tail < record.num_nodes; ++tail) {
    for (const EdgeId edge : graph.out_arcs(tail)) {
      const Arc& arc = graph.arcs()[at(edge)];
      EdgeId& last = last_into[at(arc.head)];
      if (last >= 0 && graph.arcs()[at(last)] == arc) {
        refuse(record, fmt::format("edges {} and {} are both {}; remove one of them, or keep parallel edges",
                                   last + 1, edge + 1, arrow(record, record.edges[at(edge)])));
      }
      last = edge;
    }
  }
}

// The nodes of one cycle in the direction of its edges; none if there is none.
std::vector<NodeId> find_cycle(const Adjacency& graph) {
  const std::size_t num_nodes = at(graph.num_vertices());
  std::vector<EdgeId> waiting(num_nodes);  // edges from nodes that are not taken away yet
  std::vector<NodeId> ready;
  for (NodeId node = 0; node < graph.num_vertices(); ++node) {
    waiting[at(node)] = static_cast<EdgeId>(graph.in_arcs(node).size());
    if (waiting[at(node)] == 0) ready.push_back(node);
  }
  for (std::size_t i = 0; i < ready.size(); ++i) {
    for (const EdgeId edge : graph.out_arcs(ready[i])) {
      const NodeId head = graph.arcs()[at(edge)].head;
      if (--waiting[at(head)] == 0) ready.push_back(head);
    }
  }
  if (ready.size() == num_nodes) return {};
  // Each node that still waits has a predecessor that waits, so a walk against the edges meets itself.
  std::vector<std::ptrdiff_t> place(num_nodes, -1);
  std::vector<NodeId> walk;
  auto node =
      static_cast<NodeId>(std::ranges::find_if(waiting, [](EdgeId n) { return n > 0; }) - waiting.begin());
  while (place[at(node)] < 0) {
    place[at(node)] = static_cast<std::ptrdiff_t>(walk.size());
    walk.push_back(node);
    for (const EdgeId edge : graph.in_arcs(node)) {
      const NodeId tail = graph.arcs()[at(edge)].tail;
      if (waiting[at(tail)] == 0) continue;
      node = tail;
      break;
    }
  }
  walk.erase(walk.begin(), walk.begin() + place[at(node)]);
  std::ranges::reverse(walk);
  std::rotate(walk.begin(), std::ranges::min_element(walk), walk.end());
  return walk;
}

void check_acyclic(const GraphRecord& record) {
  const std::vector<NodeId> cycle = find_cycle(Adjacency(record.num_nodes, record.edges));
  if (cycle.empty()) return;
  std::string text;
  for (const NodeId node : std::span(cycle).first(std::min(cycle.size(), kMostShown))) {
    text += in_quotes(record, node) + " -> ";
  }
  if (cycle.size() > kMostShown) text += "... -> ";
  refuse(record, fmt::format("there is a cycle of {} nodes, {}{}; remove or reverse one of its edges",
                             cycle.size(), text, in_quotes(record, cycle.front())));
}

}  // namespace

std::string node_name(const GraphRecord& record, NodeId node) {
  return record.node_names.empty() ? std::to_string(node) : record.node_names.at(at(node));
}

const AttributeColumn* find_attribute(const std::vector<AttributeColumn>& columns, std::string_view name) {
  const auto found = std::ranges::find(columns, name, &AttributeColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

void set_attribute(std::vector<AttributeColumn>& columns, std::size_t things, std::string_view name,
                   std::size_t thing, AttributeValue value) {
  if (thing >= things) {
    throw ShapeError(fmt::format("set_attribute: '{}' of thing {} of {}", printable(name), thing, things));
  }
  auto column = std::ranges::find(columns, name, &AttributeColumn::name);
  if (column == columns.end()) column = columns.insert(column, {std::string(name), {}});
  column->values.resize(std::max(column->values.size(), things));
  column->values[thing] = std::move(value);
}

Dag dag_of(const GraphRecord& record, const DagOptions& options) {
  check_sizes(record);
  check_ends(record);
  if (!record.directed && !options.orient) {
    refuse(record,
           "the graph is undirected, and a DAG has directions; give its edges directions, or have them "
           "oriented");
  }
  try {
    if (record.directed) return Dag(record.num_nodes, record.edges, options.parallel);
    UndirectedGraph graph{record.num_nodes, {}, options.parallel};
    graph.edges.reserve(record.edges.size());
    for (const Arc& edge : record.edges) graph.edges.emplace_back(edge.tail, edge.head);
    return orient_by_bfs(graph);
  } catch (const GraphError& error) {
    // Those numbers mean nothing to who wrote the file, so what is wrong is found again and told by names.
    if (options.parallel == ParallelEdges::kRefuse) check_not_parallel(record);
    if (record.directed) check_acyclic(record);
    refuse(record, error.what());
  }
}

}  // namespace plstm
