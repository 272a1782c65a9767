#include "plstm/graph/dag.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

// What is wrong with the edge by itself; empty if nothing is.
std::string flaw(NodeId num_nodes, std::size_t id, const Arc& edge) {
  for (const NodeId node : {edge.tail, edge.head}) {
    if (node >= 0 && node < num_nodes) continue;
    const std::string range =
        num_nodes == 0 ? "the graph has no nodes" : fmt::format("nodes are numbered 0 to {}", num_nodes - 1);
    return fmt::format("Dag: edge {} is {} -> {}, but {}", id, edge.tail, edge.head, range);
  }
  if (edge.tail == edge.head) {
    return fmt::format("Dag: edge {} is the self-loop {} -> {}; remove it", id, edge.tail, edge.head);
  }
  return {};
}

struct Repetition {
  EdgeId first = -1;
  EdgeId repeated = -1;  // none if negative
};

// The smallest edge id that repeats an earlier edge.
Repetition find_repetition(const Adjacency& graph) {
  const std::span<const Arc> arcs = graph.arcs();
  std::vector<EdgeId> last_into(static_cast<std::size_t>(graph.num_vertices()), -1);
  Repetition found;
  for (const EdgeId edge : graph.out_list()) {
    const Arc& arc = arcs[static_cast<std::size_t>(edge)];
    // Edges come sorted by tail: the last edge into the same head has the same tail only if it is the same.
    EdgeId& last = last_into[static_cast<std::size_t>(arc.head)];
    if (last >= 0 && arcs[static_cast<std::size_t>(last)] == arc &&
        (found.repeated < 0 || edge < found.repeated)) {
      found = {last, edge};
    }
    last = edge;
  }
  return found;
}

void check_no_repetition(const Adjacency& graph) {
  const auto [first, repeated] = find_repetition(graph);
  if (repeated < 0) return;
  const Arc& arc = graph.arcs()[static_cast<std::size_t>(repeated)];
  throw GraphError(
      fmt::format("Dag: edge {} repeats edge {}, {} -> {}; remove one of them, or ask for "
                  "ParallelEdges::kKeep (in a graph file: the line parallel_edges)",
                  repeated, first, arc.tail, arc.head));
}

// How many edges into each node are left when nodes without incoming edges are taken away as long as there
// are any: all zero if the graph is acyclic.
std::vector<EdgeId> peel(const Adjacency& graph) {
  const auto num_nodes = static_cast<std::size_t>(graph.num_vertices());
  std::vector<EdgeId> waiting(num_nodes);
  std::vector<NodeId> ready;
  ready.reserve(num_nodes);
  for (std::size_t node = 0; node < num_nodes; ++node) {
    waiting[node] = graph.in_offsets()[node + 1] - graph.in_offsets()[node];
    if (waiting[node] == 0) ready.push_back(static_cast<NodeId>(node));
  }
  for (std::size_t i = 0; i < ready.size(); ++i) {
    for (const EdgeId edge : graph.out_arcs(ready[i])) {
      const NodeId head = graph.arcs()[static_cast<std::size_t>(edge)].head;
      if (--waiting[static_cast<std::size_t>(head)] == 0) ready.push_back(head);
    }
  }
  return waiting;
}

// The nodes of one cycle in the direction of its edges, smallest first. `start` must wait for an edge.
std::vector<NodeId> find_cycle(const Adjacency& graph, const std::vector<EdgeId>& waiting, NodeId start) {
  // A node that waits has a predecessor that waits, so the walk against the edges comes back to itself.
  std::vector<std::ptrdiff_t> place(waiting.size(), -1);
  std::vector<NodeId> walk;
  NodeId node = start;
  while (place[static_cast<std::size_t>(node)] < 0) {
    place[static_cast<std::size_t>(node)] = static_cast<std::ptrdiff_t>(walk.size());
    walk.push_back(node);
    for (const EdgeId edge : graph.in_arcs(node)) {
      const NodeId tail = graph.arcs()[static_cast<std::size_t>(edge)].tail;
      if (waiting[static_cast<std::size_t>(tail)] > 0) {
        node = tail;
        break;
      }
    }
  }
  walk.erase(walk.begin(), walk.begin() + place[static_cast<std::size_t>(node)]);
  std::ranges::reverse(walk);
  std::rotate(walk.begin(), std::ranges::min_element(walk), walk.end());
  return walk;
}

std::string describe_cycle(const std::vector<NodeId>& cycle) {
  constexpr std::size_t kMostShown = 12;
  if (cycle.size() <= kMostShown) {
    return fmt::format("{} -> {}", fmt::join(cycle, " -> "), cycle.front());
  }
  return fmt::format("{} -> ... -> {} -> {} ({} nodes)",
                     fmt::join(cycle.begin(), cycle.begin() + kMostShown - 2, " -> "), cycle.back(),
                     cycle.front(), cycle.size());
}

void check_acyclic(const Adjacency& graph) {
  if (std::ranges::all_of(graph.arcs(), [](const Arc& arc) { return arc.tail < arc.head; })) return;
  const std::vector<EdgeId> waiting = peel(graph);
  const auto stuck = std::ranges::find_if(waiting, [](EdgeId count) { return count > 0; });
  if (stuck == waiting.end()) return;
  const auto cycle = find_cycle(graph, waiting, static_cast<NodeId>(stuck - waiting.begin()));
  throw GraphError(
      fmt::format("Dag: directed cycle {}; remove or flip one of its edges", describe_cycle(cycle)));
}

}  // namespace

Dag::Dag(NodeId num_nodes, std::vector<Arc> edges, ParallelEdges parallel) {
  if (num_nodes < 0) throw GraphError(fmt::format("Dag: {} nodes, expected 0 or more", num_nodes));
  if (edges.size() > static_cast<std::size_t>(std::numeric_limits<EdgeId>::max())) {
    throw GraphError(fmt::format("Dag: {} edges, expected at most {}; split the graph", edges.size(),
                                 std::numeric_limits<EdgeId>::max()));
  }
  std::string message;
  for (std::size_t id = 0; id < edges.size(); ++id) {
    message = flaw(num_nodes, id, edges[id]);
    if (message.empty()) continue;
    edges.resize(id);  // an earlier edge may repeat another one: that is to be reported first
    break;
  }
  adjacency_ = Adjacency(num_nodes, std::move(edges));
  if (parallel == ParallelEdges::kRefuse) check_no_repetition(adjacency_);
  if (!message.empty()) throw GraphError(message);
  check_acyclic(adjacency_);
}

bool has_parallel_edges(const Dag& dag) {
  return find_repetition(dag.adjacency()).repeated >= 0;
}

Dag reverse(const Dag& dag) {
  return Dag(dag.adjacency().reversed());
}

}  // namespace plstm
