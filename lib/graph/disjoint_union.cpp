#include "plstm/graph/disjoint_union.hpp"

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

Dag disjoint_union(std::span<const Dag* const> dags) {
  std::int64_t num_nodes = 0;
  std::int64_t num_edges = 0;
  for (const Dag* dag : dags) {
    num_nodes += dag->num_nodes();
    num_edges += dag->num_edges();
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (num_nodes > kMost || num_edges > kMost) {
    throw GraphError(
        fmt::format("disjoint_union: {} graphs have {} nodes and {} edges, expected at most {} of each; make "
                    "smaller batches",
                    dags.size(), num_nodes, num_edges, kMost));
  }

  std::vector<Arc> edges;
  edges.reserve(static_cast<std::size_t>(num_edges));
  NodeId offset = 0;
  for (const Dag* dag : dags) {
    for (const Arc& edge : dag->edges()) edges.push_back({edge.tail + offset, edge.head + offset});
    offset += dag->num_nodes();
  }
  return Dag(Adjacency(offset, std::move(edges)));
}

}  // namespace plstm
