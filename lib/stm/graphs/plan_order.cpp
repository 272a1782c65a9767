#include <algorithm>

#include "stm/graphs/planning.hpp"

namespace plstm::planning {

namespace {

// Whether every edge goes from a smaller to a larger id (or the other way round).
bool ids_ascend(const PartView& part, bool downwards) {
  const StmGraph& g = part.graph;
  for (auto e = static_cast<std::size_t>(part.edge_begin); e < static_cast<std::size_t>(part.edge_end); ++e) {
    if ((g.tail[e] < g.head[e]) == downwards) return false;
  }
  return true;
}

// Kahn's algorithm by generations: the level of a node is the length of the longest path that ends in it.
void order_by_levels(const PartView& part, StmPlan& plan, StmPlan::Part& planned) {
  const StmGraph& g = part.graph;
  const auto base = static_cast<std::size_t>(part.node_begin);
  const std::size_t count = part.num_nodes();
  const auto degree = [&](std::size_t node) { return g.in_offsets[node + 1] - g.in_offsets[node]; };
  // Until its turn comes, node_position holds how many edges into a node are still to come.
  std::size_t filled = 0;
  for (std::size_t node = base; node < base + count; ++node) {
    plan.node_position[node] = degree(node);
    if (degree(node) == 0) plan.node_order[base + filled++] = static_cast<NodeId>(node);
  }
  planned.levels.first = static_cast<std::int32_t>(plan.level_ends.size());
  for (std::size_t begin = 0; begin < filled;) {
    const std::size_t end = filled;
    for (std::size_t i = begin; i < end; ++i) {
      const auto node = static_cast<std::size_t>(plan.node_order[base + i]);
      for (std::int32_t j = g.out_offsets[node]; j < g.out_offsets[node + 1]; ++j) {
        const NodeId next = g.head[static_cast<std::size_t>(g.out_edges[static_cast<std::size_t>(j)])];
        if (--plan.node_position[static_cast<std::size_t>(next)] == 0)
          plan.node_order[base + filled++] = next;
      }
    }
    plan.level_ends.push_back(static_cast<std::int32_t>(end));
    begin = end;
  }
  planned.levels.last = static_cast<std::int32_t>(plan.level_ends.size());
}

}  // namespace

void plan_order(const PartView& part, bool by_levels, StmPlan& plan, StmPlan::Part& planned) {
  const StmGraph& g = part.graph;
  for (auto* list : {&plan.node_order, &plan.node_position})
    list->resize(static_cast<std::size_t>(g.num_nodes));
  for (auto* list : {&plan.edge_order, &plan.edge_position, &plan.place})
    list->resize(static_cast<std::size_t>(g.num_edges));
  const auto nodes = static_cast<std::size_t>(part.node_begin);
  const auto edges = static_cast<std::size_t>(part.edge_begin);
  if (!by_levels && ids_ascend(part, false)) {
    for (std::size_t i = 0; i < part.num_nodes(); ++i)
      plan.node_order[nodes + i] = static_cast<NodeId>(nodes + i);
  } else if (!by_levels && ids_ascend(part, true)) {
    for (std::size_t i = 0; i < part.num_nodes(); ++i)
      plan.node_order[nodes + i] = part.node_end - 1 - static_cast<NodeId>(i);
  } else {
    order_by_levels(part, plan, planned);
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < part.num_nodes(); ++i) {
    const auto node = static_cast<std::size_t>(plan.node_order[nodes + i]);
    plan.node_position[node] = static_cast<std::int32_t>(i);
    for (std::int32_t j = g.out_offsets[node]; j < g.out_offsets[node + 1]; ++j) {
      const EdgeId edge = g.out_edges[static_cast<std::size_t>(j)];
      plan.edge_position[static_cast<std::size_t>(edge)] = static_cast<std::int32_t>(next);
      plan.edge_order[edges + next++] = edge;
    }
  }
}

}  // namespace plstm::planning
