#include "plstm/graph/line_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

// L = sum over nodes of indegree * outdegree, checked against the id type.
std::size_t count_line_edges(const Dag& dag) {
  std::int64_t total = 0;
  std::int64_t most = 0;
  NodeId busiest = 0;
  for (NodeId node = 0; node < dag.num_nodes(); ++node) {
    const auto pairs = static_cast<std::int64_t>(dag.in_edges(node).size()) *
                       static_cast<std::int64_t>(dag.out_edges(node).size());
    total += pairs;
    if (pairs > most) {
      most = pairs;
      busiest = node;
    }
  }
  if (total > std::numeric_limits<LineEdgeId>::max()) {
    throw GraphError(
        fmt::format("make_line_graph: {} line edges, expected at most {}; node {} with {} in-edges and {} "
                    "out-edges gives "
                    "most of them: lower its degree or split the graph",
                    total, std::numeric_limits<LineEdgeId>::max(), busiest, dag.in_edges(busiest).size(),
                    dag.out_edges(busiest).size()));
  }
  return static_cast<std::size_t>(total);
}

}  // namespace

LineGraph make_line_graph(const Dag& dag) {
  std::vector<Arc> line_edges;
  line_edges.reserve(count_line_edges(dag));
  for (EdgeId from = 0; from < dag.num_edges(); ++from) {
    for (const EdgeId to : dag.out_edges(dag.head(from))) line_edges.push_back({from, to});
  }
  return LineGraph(Adjacency(dag.num_edges(), std::move(line_edges)));
}

}  // namespace plstm
