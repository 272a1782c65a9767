#include "plstm/graph/level_schedule.hpp"

namespace plstm {

LevelSchedule make_level_schedule(const LineGraph& line_graph) {
  LevelSchedule schedule;
  std::vector<EdgeId>& order = schedule.order_;
  const auto num_edges = static_cast<std::size_t>(line_graph.num_nodes());
  order.reserve(num_edges);
  std::vector<LineEdgeId> waiting(num_edges);  // predecessors that are not yet in the order
  for (std::size_t e = 0; e < num_edges; ++e) {
    waiting[e] = static_cast<LineEdgeId>(line_graph.in_edges(static_cast<EdgeId>(e)).size());
    if (waiting[e] == 0) order.push_back(static_cast<EdgeId>(e));
  }

  schedule.offsets_.push_back(0);
  for (std::size_t begin = 0; begin < order.size();) {
    const std::size_t end = order.size();
    schedule.offsets_.push_back(end);
    for (; begin < end; ++begin) {
      for (const LineEdgeId line_edge : line_graph.out_edges(order[begin])) {
        const EdgeId successor = line_graph.to(line_edge);
        if (--waiting[static_cast<std::size_t>(successor)] == 0) order.push_back(successor);
      }
    }
  }
  return schedule;
}

}  // namespace plstm
