#include "plstm/nn/graphs/cells/node_levels.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace plstm {

namespace {

std::size_t at(std::int32_t i) {
  return static_cast<std::size_t>(i);
}

// What the direction makes of a graph.
struct Directed {
  const std::vector<NodeId>& from;
  const std::vector<NodeId>& to;
  const std::vector<std::int32_t>& offsets;  // of edges into each node
  const std::vector<EdgeId>& edges;
};

Directed directed(const StmGraph& graph, EdgeDirection direction) {
  if (direction == EdgeDirection::kForward) return {graph.tail, graph.head, graph.in_offsets, graph.in_edges};
  return {graph.head, graph.tail, graph.out_offsets, graph.out_edges};
}

// The level of every node. All edges into the start of an edge come before it in `order`.
void find_levels(const StmGraph& graph, EdgeDirection direction, const Directed& d,
                 std::span<std::int32_t> level) {
  std::ranges::fill(level, 0);
  const auto pass = [&](EdgeId edge) {
    std::int32_t& to = level[at(d.to[at(edge)])];
    to = std::max(to, level[at(d.from[at(edge)])] + 1);
  };
  if (direction == EdgeDirection::kForward) {
    std::for_each(graph.order.begin(), graph.order.end(), pass);
  } else {
    std::for_each(graph.order.rbegin(), graph.order.rend(), pass);
  }
}

}  // namespace

void make_node_levels(const StmGraph& graph, EdgeDirection direction, NodeLevels& levels) {
  const Directed d = directed(graph, direction);
  const std::size_t nodes = at(graph.num_nodes), edges = at(graph.num_edges);
  levels.nodes.resize(nodes);
  levels.edge_offsets.assign(nodes + 1, 0);
  levels.edges.resize(edges);
  levels.sources.resize(edges);

  // The offsets of the edges are made last, so their memory holds the levels first, and then the places.
  const std::span<std::int32_t> level(levels.edge_offsets.data(), nodes);
  find_levels(graph, direction, d, level);
  const std::int32_t count = nodes == 0 ? 0 : *std::ranges::max_element(level) + 1;
  levels.level_offsets.assign(at(count) + 1, 0);
  for (const std::int32_t l : level) ++levels.level_offsets[at(l) + 1];
  for (std::size_t l = 0; l < at(count); ++l) levels.level_offsets[l + 1] += levels.level_offsets[l];
  // level_offsets[l] goes from the begin of level l to its end, and is moved back by one level afterwards.
  const std::span<std::int32_t> place = level;
  for (std::size_t n = 0; n < nodes; ++n) {
    std::int32_t& next = levels.level_offsets[at(level[n])];
    levels.nodes[at(next)] = static_cast<std::int32_t>(n);
    place[n] = next++;
  }
  std::move_backward(levels.level_offsets.begin(), levels.level_offsets.end() - 1,
                     levels.level_offsets.end());
  levels.level_offsets.front() = 0;

  std::size_t row = 0;
  for (const std::int32_t node : levels.nodes) {
    for (std::int32_t i = d.offsets[at(node)]; i < d.offsets[at(node) + 1]; ++i, ++row) {
      levels.edges[row] = d.edges[at(i)];
      levels.sources[row] = place[at(d.from[at(d.edges[at(i)])])];
    }
  }
  row = 0;
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::size_t node = at(levels.nodes[i]);
    levels.edge_offsets[i] = static_cast<std::int32_t>(row);
    row += at(d.offsets[node + 1] - d.offsets[node]);
  }
  levels.edge_offsets[nodes] = static_cast<std::int32_t>(row);
}

NodeLevels make_node_levels(const StmGraph& graph, EdgeDirection direction) {
  NodeLevels levels;
  make_node_levels(graph, direction, levels);
  return levels;
}

}  // namespace plstm
