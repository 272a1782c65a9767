#include "plstm/graph/orientation.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

std::size_t at(NodeId node) {
  return static_cast<std::size_t>(node);
}

void check_ends(std::string_view function, const UndirectedGraph& graph) {
  if (graph.num_nodes < 0) {
    throw GraphError(fmt::format("{}: {} nodes, expected 0 or more", function, graph.num_nodes));
  }
  for (std::size_t i = 0; i < graph.edges.size(); ++i) {
    const auto [a, b] = graph.edges[i];
    if (std::min(a, b) < 0 || std::max(a, b) >= graph.num_nodes) {
      throw GraphError(fmt::format("{}: edge {} joins {} and {}, but the graph has {} nodes", function, i, a,
                                   b, graph.num_nodes));
    }
  }
}

// Neighbours of every node as compressed rows, ascending.
class Neighbours {
 public:
  explicit Neighbours(const UndirectedGraph& graph)
      : offsets_(at(graph.num_nodes) + 1, 0), list_(2 * graph.edges.size()) {
    for (const auto& [a, b] : graph.edges) {
      ++offsets_[at(a) + 1];
      ++offsets_[at(b) + 1];
    }
    for (std::size_t v = 1; v < offsets_.size(); ++v) offsets_[v] += offsets_[v - 1];
    std::vector<NodeId> unsorted(list_.size());
    std::vector<std::size_t> next(offsets_.begin(), offsets_.end() - 1);
    for (const auto& [a, b] : graph.edges) {
      unsorted[next[at(a)]++] = b;
      unsorted[next[at(b)]++] = a;
    }
    // Each node in ascending order enters the rows of its neighbours, which are sorted in this way.
    next.assign(offsets_.begin(), offsets_.end() - 1);
    for (NodeId node = 0; node < graph.num_nodes; ++node) {
      for (std::size_t i = offsets_[at(node)]; i < offsets_[at(node) + 1]; ++i) {
        list_[next[at(unsorted[i])]++] = node;
      }
    }
  }

  std::span<const NodeId> of(NodeId node) const {
    return std::span(list_).subspan(offsets_[at(node)], offsets_[at(node) + 1] - offsets_[at(node)]);
  }

 private:
  std::vector<std::size_t> offsets_;
  std::vector<NodeId> list_;
};

// Breadth-first search that costs no more than the component it is started in.
class BreadthFirstSearch {
 public:
  BreadthFirstSearch(const Neighbours& neighbours, NodeId num_nodes)
      : neighbours_(neighbours), met_(at(num_nodes), 0) {}

  // Nodes of the component in the order of a search from its pseudo-peripheral node; valid until the next
  // one.
  std::span<const NodeId> run_from_periphery(NodeId start) {
    run(start);
    while (true) {
      const std::size_t before = eccentricity_;
      run(*std::min_element(order_.begin() + static_cast<std::ptrdiff_t>(last_layer_), order_.end()));
      if (eccentricity_ <= before) return order_;
    }
  }

 private:
  void run(NodeId start) {
    order_.assign(1, start);
    met_[at(start)] = 1;
    last_layer_ = 0;
    eccentricity_ = 0;
    for (std::size_t i = 0, layer_end = 1; i < order_.size(); ++i) {
      if (i == layer_end) {
        last_layer_ = layer_end;
        layer_end = order_.size();
        ++eccentricity_;
      }
      for (const NodeId neighbour : neighbours_.of(order_[i])) {
        if (met_[at(neighbour)] != 0) continue;
        met_[at(neighbour)] = 1;
        order_.push_back(neighbour);
      }
    }
    for (const NodeId node : order_) met_[at(node)] = 0;
  }

  const Neighbours& neighbours_;
  std::vector<std::uint8_t> met_;
  std::vector<NodeId> order_;
  std::size_t last_layer_ = 0;  // where the last layer begins in order_
  std::size_t eccentricity_ = 0;
};

// Ranks in preorder the component of `start`, from `next` on.
void rank_depth_first(const Neighbours& neighbours, NodeId start, std::vector<NodeId>& rank, NodeId& next) {
  struct Frame {
    NodeId node;
    std::size_t neighbour;
  };
  std::vector<Frame> stack{{start, 0}};
  rank[at(start)] = next++;
  while (!stack.empty()) {
    Frame& top = stack.back();
    const std::span<const NodeId> row = neighbours.of(top.node);
    while (top.neighbour < row.size() && rank[at(row[top.neighbour])] >= 0) ++top.neighbour;
    if (top.neighbour == row.size()) {
      stack.pop_back();
      continue;
    }
    const NodeId child = row[top.neighbour];
    rank[at(child)] = next++;
    stack.push_back({child, 0});
  }
}

Dag orient(const UndirectedGraph& graph, std::span<const NodeId> rank) {
  std::vector<Arc> edges;
  edges.reserve(graph.edges.size());
  for (const auto& [a, b] : graph.edges) {
    edges.push_back(rank[at(a)] < rank[at(b)] ? Arc{a, b} : Arc{b, a});
  }
  return Dag(graph.num_nodes, std::move(edges), graph.parallel);
}

}  // namespace

UndirectedGraph undirected(const Dag& dag) {
  UndirectedGraph graph;
  graph.num_nodes = dag.num_nodes();
  graph.edges.reserve(dag.edges().size());
  for (const Arc& edge : dag.edges()) graph.edges.emplace_back(edge.tail, edge.head);
  if (has_parallel_edges(dag)) graph.parallel = ParallelEdges::kKeep;
  return graph;
}

Dag orient_by_index(const UndirectedGraph& graph) {
  check_ends("orient_by_index", graph);
  std::vector<Arc> edges;
  edges.reserve(graph.edges.size());
  for (const auto& [a, b] : graph.edges) edges.push_back({std::min(a, b), std::max(a, b)});
  return Dag(graph.num_nodes, std::move(edges), graph.parallel);
}

Dag orient_by_rank(const UndirectedGraph& graph, std::span<const NodeId> rank) {
  check_ends("orient_by_rank", graph);
  if (rank.size() != at(graph.num_nodes)) {
    throw GraphError(fmt::format("orient_by_rank: {} ranks for {} nodes, expected one each", rank.size(),
                                 graph.num_nodes));
  }
  std::vector<NodeId> sorted(rank.begin(), rank.end());
  std::ranges::sort(sorted);
  if (const auto same = std::ranges::adjacent_find(sorted); same != sorted.end()) {
    const auto first = std::ranges::find(rank, *same);
    const auto second = std::find(first + 1, rank.end(), *same);
    throw GraphError(
        fmt::format("orient_by_rank: nodes {} and {} both have rank {}, expected different ranks",
                    first - rank.begin(), second - rank.begin(), *same));
  }
  return orient(graph, rank);
}

Dag orient_by_bfs(const UndirectedGraph& graph) {
  return orient(graph, bfs_rank(graph));
}
Dag orient_by_dfs(const UndirectedGraph& graph) {
  return orient(graph, dfs_rank(graph));
}

std::vector<NodeId> bfs_rank(const UndirectedGraph& graph) {
  check_ends("bfs_rank", graph);
  const Neighbours neighbours(graph);
  BreadthFirstSearch search(neighbours, graph.num_nodes);
  std::vector<NodeId> rank(at(graph.num_nodes), -1);
  NodeId next = 0;
  for (NodeId node = 0; node < graph.num_nodes; ++node) {
    if (rank[at(node)] >= 0) continue;
    for (const NodeId met : search.run_from_periphery(node)) rank[at(met)] = next++;
  }
  return rank;
}

std::vector<NodeId> dfs_rank(const UndirectedGraph& graph) {
  check_ends("dfs_rank", graph);
  const Neighbours neighbours(graph);
  BreadthFirstSearch search(neighbours, graph.num_nodes);
  std::vector<NodeId> rank(at(graph.num_nodes), -1);
  NodeId next = 0;
  for (NodeId node = 0; node < graph.num_nodes; ++node) {
    if (rank[at(node)] >= 0) continue;
    rank_depth_first(neighbours, search.run_from_periphery(node).front(), rank, next);
  }
  return rank;
}

NodeId pseudo_peripheral_node(const UndirectedGraph& graph, NodeId start) {
  check_ends("pseudo_peripheral_node", graph);
  if (start < 0 || start >= graph.num_nodes) {
    throw GraphError(
        fmt::format("pseudo_peripheral_node: start {} in a graph of {} nodes", start, graph.num_nodes));
  }
  const Neighbours neighbours(graph);
  return BreadthFirstSearch(neighbours, graph.num_nodes).run_from_periphery(start).front();
}

}  // namespace plstm
