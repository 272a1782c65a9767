#include <algorithm>
#include <cmath>

#include "stm/graphs/planning.hpp"

namespace plstm::planning {

namespace {

// States of a head that are made and read back while they stay in the cache: 2 to 8 MiB are best where each
// core has 1 to 2 MiB of its own and shares more.
constexpr std::size_t kCacheBytes = std::size_t{4} << 20;

// What checkpoints of all heads may take if nothing else is asked for.
constexpr std::size_t kCheckpointBytes = std::size_t{1} << 30;

// Walks over the nodes in order and keeps track of which states are alive: an edge gets a free place when its
// tail is reached and gives it back once its head is done (with by_levels, once its head's level is done).
class Frontier {
 public:
  Frontier(const PartView& part, StmPlan& plan)
      : part_(part), plan_(plan), free_(plan.free_places), alive_(plan.alive_edges) {
    free_.clear();
    alive_.clear();
  }

  template <class AtNode>
  std::int32_t walk(const StmPlan::Part& planned, const AtNode& at_node) {
    const auto count = static_cast<std::int32_t>(part_.num_nodes());
    std::int32_t begin = 0;
    for (std::int32_t level = planned.levels.first; begin < count; ++level) {
      const std::int32_t end =
          planned.by_levels ? plan_.level_ends[static_cast<std::size_t>(level)] : begin + 1;
      for (std::int32_t i = begin; i < end; ++i) {
        at_node(i, alive_);
        open(node_at(i));
      }
      for (std::int32_t i = begin; i < end; ++i) close(node_at(i));
      begin = end;
    }
    return static_cast<std::int32_t>(alive_.size());
  }

 private:
  std::size_t node_at(std::int32_t i) const {
    return static_cast<std::size_t>(plan_.node_order[static_cast<std::size_t>(part_.node_begin + i)]);
  }
  void open(std::size_t node) {
    const StmGraph& g = part_.graph;
    for (std::int32_t j = g.out_offsets[node]; j < g.out_offsets[node + 1]; ++j) {
      const EdgeId edge = g.out_edges[static_cast<std::size_t>(j)];
      if (free_.empty()) {
        free_.push_back(static_cast<std::int32_t>(alive_.size()));
        alive_.push_back(-1);
      }
      plan_.place[static_cast<std::size_t>(edge)] = free_.back();
      alive_[static_cast<std::size_t>(free_.back())] = edge;
      free_.pop_back();
    }
  }
  void close(std::size_t node) {
    const StmGraph& g = part_.graph;
    for (std::int32_t j = g.in_offsets[node]; j < g.in_offsets[node + 1]; ++j) {
      const std::int32_t place =
          plan_.place[static_cast<std::size_t>(g.in_edges[static_cast<std::size_t>(j)])];
      alive_[static_cast<std::size_t>(place)] = -1;
      free_.push_back(place);
    }
  }

  const PartView& part_;
  StmPlan& plan_;
  std::vector<std::int32_t>& free_;
  std::vector<EdgeId>& alive_;  // edge that has a place, -1: none
};

// How many pieces the backward pass is cut into.
std::size_t num_segments(const PartView& part, const StmOptions& options, const StmShape& shape,
                         std::size_t element_size, std::size_t places) {
  const std::size_t edges = part.num_edges();
  if (options.memory == StmMemory::kRecompute || options.memory == StmMemory::kStore || places == 0) return 1;
  const std::size_t state = static_cast<std::size_t>(shape.key_width * shape.value_width) * element_size;
  const std::size_t bytes = edges * state;
  if (options.memory == StmMemory::kCheckpoint)
    return static_cast<std::size_t>(std::sqrt(static_cast<double>(edges / places))) + 1;
  if (bytes <= 2 * kCacheBytes) return 1;
  // Pieces that fit the cache, but not so many that checkpoints take more than a quarter of all states.
  const std::size_t most = kCheckpointBytes / (places * state * static_cast<std::size_t>(shape.heads));
  return std::max<std::size_t>(1, std::min({bytes / kCacheBytes, edges / (4 * places), most}));
}

}  // namespace

std::size_t bytes_of_head(const PartView& part, const StmShape& shape, const StmPlan& plan,
                          const StmPlan::Part& planned) {
  std::int32_t most = 0;  // states that are made again at a time
  for (std::int32_t i = planned.segments.first; i < planned.segments.last; ++i) {
    const StmPlan::Segment& s = plan.segments[static_cast<std::size_t>(i)];
    const std::int32_t end = i + 1 < planned.segments.last
                                 ? plan.segments[static_cast<std::size_t>(i) + 1].edge_begin
                                 : static_cast<std::int32_t>(part.num_edges());
    most = std::max(most, s.live.size() + end - s.edge_begin);
  }
  return static_cast<std::size_t>(most + planned.states) *
         static_cast<std::size_t>(shape.key_width * shape.value_width) * sizeof(float);
}

std::size_t num_checkpoints(const StmPlan& plan, const StmPlan::Part& planned) {
  if (planned.segments.size() == 0) return 0;
  const StmPlan::Segment& first = plan.segments[static_cast<std::size_t>(planned.segments.first)];
  const StmPlan::Segment& last = plan.segments[static_cast<std::size_t>(planned.segments.last) - 1];
  return static_cast<std::size_t>(last.live.last - first.live.first);
}

void plan_recurrent(const PartView& part, const StmOptions& options, const StmShape& shape, StmPlan& plan,
                    StmPlan::Part& planned) {
  planned.states = Frontier(part, plan).walk(planned, [](std::int32_t, const auto&) {});
  const std::size_t count =
      num_segments(part, options, shape, sizeof(float), static_cast<std::size_t>(planned.states));
  const auto edges_each = static_cast<std::int32_t>((part.num_edges() + count - 1) / count);
  const auto nodes = static_cast<std::int32_t>(part.num_nodes());
  planned.segments.first = static_cast<std::int32_t>(plan.segments.size());
  std::int32_t edge = 0;
  std::int32_t level = planned.levels.first;
  const auto begin_segment = [&](std::int32_t node, const std::vector<EdgeId>& alive) {
    const auto first = static_cast<std::int32_t>(plan.live_edges.size());
    for (const EdgeId e : alive) {
      if (e >= 0) plan.live_edges.push_back(e);
    }
    plan.segments.push_back({node, nodes, edge, {first, static_cast<std::int32_t>(plan.live_edges.size())}});
  };
  if (count == 1) {
    begin_segment(0, {});
  } else {
    Frontier(part, plan).walk(planned, [&](std::int32_t i, const std::vector<EdgeId>& alive) {
      // With levels, a segment begins where a level does.
      const bool border =
          !planned.by_levels || i == 0 || plan.level_ends[static_cast<std::size_t>(level)] == i;
      if (planned.by_levels && i > 0 && border) ++level;
      const bool first = static_cast<std::int32_t>(plan.segments.size()) == planned.segments.first;
      if (border && (first || edge - plan.segments.back().edge_begin >= edges_each)) {
        if (!first) plan.segments.back().node_end = i;
        begin_segment(i, alive);
      }
      const auto node =
          static_cast<std::size_t>(plan.node_order[static_cast<std::size_t>(part.node_begin + i)]);
      edge += part.graph.out_offsets[node + 1] - part.graph.out_offsets[node];
    });
  }
  planned.segments.last = static_cast<std::int32_t>(plan.segments.size());
}

}  // namespace plstm::planning
