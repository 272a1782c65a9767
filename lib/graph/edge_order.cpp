#include "plstm/graph/edge_order.hpp"

#include <cstddef>

namespace plstm {

std::vector<EdgeId> canonical_edge_order(const Dag& dag) {
  // The rows of in-edges list all edges by head. A stable counting sort by tail leaves the heads of each tail, and the
  // ids of parallel edges, in ascending order.
  const auto offsets = dag.adjacency().out_offsets();
  std::vector<std::int32_t> next(offsets.begin(), offsets.end());
  std::vector<EdgeId> order(static_cast<std::size_t>(dag.num_edges()));
  for (const EdgeId edge : dag.adjacency().in_list()) {
    std::int32_t& place = next[static_cast<std::size_t>(dag.tail(edge))];
    order[static_cast<std::size_t>(place++)] = edge;
  }
  return order;
}

}  // namespace plstm
