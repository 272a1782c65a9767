#include <algorithm>

#include "stm/graphs/planning.hpp"

namespace plstm::planning {

namespace {

// Blocks of a scan level that make one of the next. Two would be the textbook's doubling; more blocks at a
// time touch the states less often.
constexpr std::int32_t kRadix = 8;

// Sorts the edges around a block into those that enter and those that leave it.
void add_borders(const PartView& part, StmPlan& plan, StmPlan::Block& block, std::size_t& num_factors) {
  const StmGraph& g = part.graph;
  const auto position = [&](NodeId node) { return plan.node_position[static_cast<std::size_t>(node)]; };
  block.in.first = static_cast<std::int32_t>(plan.border_edges.size());
  for (std::int32_t i = block.node_begin; i < block.node_end; ++i) {
    const auto node =
        static_cast<std::size_t>(plan.node_order[static_cast<std::size_t>(part.node_begin + i)]);
    for (std::int32_t j = g.in_offsets[node]; j < g.in_offsets[node + 1]; ++j) {
      const EdgeId edge = g.in_edges[static_cast<std::size_t>(j)];
      if (position(g.tail[static_cast<std::size_t>(edge)]) < block.node_begin)
        plan.border_edges.push_back(edge);
    }
  }
  block.in.last = block.out.first = static_cast<std::int32_t>(plan.border_edges.size());
  for (std::int32_t i = block.edge_begin; i < block.edge_end; ++i) {
    const EdgeId edge = plan.edge_order[static_cast<std::size_t>(part.edge_begin + i)];
    if (position(g.head[static_cast<std::size_t>(edge)]) >= block.node_end) plan.border_edges.push_back(edge);
  }
  block.out.last = static_cast<std::int32_t>(plan.border_edges.size());
  block.factor = num_factors;
  num_factors += static_cast<std::size_t>(block.in.size()) * static_cast<std::size_t>(block.out.size());
}

// The first node position behind `begin` where a level ends and at least `size` nodes lie between.
std::int32_t chunk_end(const StmPlan& plan, const StmPlan::Part& planned, std::int32_t begin,
                       std::int32_t size, std::int32_t count, std::int32_t& level) {
  if (planned.levels.size() == 0) return std::min(begin + size, count);  // ids are the order: a level each
  while (level < planned.levels.last && plan.level_ends[static_cast<std::size_t>(level)] < begin + size)
    ++level;
  return level == planned.levels.last ? count : plan.level_ends[static_cast<std::size_t>(level)];
}

}  // namespace

void plan_chunks(const PartView& part, const StmShape& shape, StmPlan& plan, StmPlan::Part& planned) {
  const auto count = static_cast<std::int32_t>(part.num_nodes());
  const std::int32_t size = chunk_size(shape);
  std::size_t num_factors = 0;
  plan.in_rank.resize(static_cast<std::size_t>(part.graph.num_edges));
  planned.chunks.first = static_cast<std::int32_t>(plan.blocks.size());
  std::int32_t level = planned.levels.first;
  for (std::int32_t begin = 0, edge = 0; begin < count;) {
    StmPlan::Block block{begin, chunk_end(plan, planned, begin, size, count, level), edge, edge, {}, {}, {},
                         0};
    for (std::int32_t i = begin; i < block.node_end; ++i) {
      const auto node =
          static_cast<std::size_t>(plan.node_order[static_cast<std::size_t>(part.node_begin + i)]);
      block.edge_end += part.graph.out_offsets[node + 1] - part.graph.out_offsets[node];
    }
    add_borders(part, plan, block, num_factors);
    plan.blocks.push_back(block);
    begin = block.node_end;
    edge = block.edge_end;
  }
  planned.chunks.last = static_cast<std::int32_t>(plan.blocks.size());

  // Border states are numbered chunk by chunk.
  for (std::int32_t c = planned.chunks.first; c < planned.chunks.last; ++c) {
    const StmPlan::Block& block = plan.blocks[static_cast<std::size_t>(c)];
    for (std::int32_t i = block.out.first; i < block.out.last; ++i)
      plan.place[static_cast<std::size_t>(plan.border_edges[static_cast<std::size_t>(i)])] = planned.states++;
    for (std::int32_t i = block.in.first; i < block.in.last; ++i)
      plan.in_rank[static_cast<std::size_t>(plan.border_edges[static_cast<std::size_t>(i)])] =
          i - block.in.first;
  }

  planned.scan_levels.first = static_cast<std::int32_t>(plan.scan_levels.size());
  StmPlan::Range below = planned.chunks;
  while (planned.form == StmForm::kDoubling && below.size() > kRadix) {
    const auto first = static_cast<std::int32_t>(plan.blocks.size());
    for (std::int32_t c = below.first; c < below.last; c += kRadix) {
      const std::int32_t last = std::min(c + kRadix, below.last);
      const StmPlan::Block& a = plan.blocks[static_cast<std::size_t>(c)];
      const StmPlan::Block& b = plan.blocks[static_cast<std::size_t>(last - 1)];
      plan.blocks.push_back({a.node_begin, b.node_end, a.edge_begin, b.edge_end, {}, {}, {c, last}, 0});
      add_borders(part, plan, plan.blocks.back(), num_factors);
    }
    below = {first, static_cast<std::int32_t>(plan.blocks.size())};
    plan.scan_levels.push_back(below);
  }
  planned.scan_levels.last = static_cast<std::int32_t>(plan.scan_levels.size());
  plan.num_factors = std::max(plan.num_factors, num_factors);
}

}  // namespace plstm::planning
