#include <algorithm>
#include <string>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "stm/graphs/planning.hpp"

namespace plstm {

namespace planning {

PartView view_of(const StmGraph& graph, std::int32_t part) {
  const StmGraph::Part& a = graph.parts[static_cast<std::size_t>(part)];
  const StmGraph::Part& b = graph.parts[static_cast<std::size_t>(part) + 1];
  return {graph, a.node, b.node, a.edge, b.edge, a.line_edge, b.line_edge, b.level - a.level};
}

namespace {

// Multiply-adds of a level, all heads, below which waiting for each other at its end costs more than sharing
// it out saves: about a tenth of a millisecond on one thread.
constexpr std::size_t kLevelWork = std::size_t{1} << 23;

// Whether `streams` leave threads idle, and levels are wide enough to share out.
bool is_worth_levels(const PartView& part, const StmShape& shape, std::size_t streams) {
  if (static_cast<std::size_t>(num_threads()) <= streams || part.num_levels == 0) return false;
  const std::size_t work = (2 * part.num_edges() + part.num_line_edges()) *
                           static_cast<std::size_t>(shape.heads * shape.key_width * shape.value_width);
  return work / static_cast<std::size_t>(part.num_levels) >= kLevelWork;
}

// How many slices bring a head below the bytes that are allowed.
std::int32_t num_slices(const StmShape& shape, std::size_t bytes, std::size_t allowed) {
  constexpr std::ptrdiff_t kLeastRows = 4;
  std::int32_t slices = 1;
  for (std::int32_t s = 2; s * kLeastRows <= shape.key_width; ++s) {
    if (bytes / static_cast<std::size_t>(slices) <= allowed) break;
    if (shape.key_width % (s * kLeastRows) == 0) slices = s;
  }
  return slices;
}

// Orders, places and checkpoints with or without levels, and how many heads fit at a time. Returns the bytes of a head.
std::size_t plan_states(const PartView& part, const StmShape& shape, const StmOptions& options,
                        bool by_levels, StmPlan& plan, StmPlan::Part& planned) {
  planned.by_levels = by_levels;
  plan_order(part, by_levels, plan, planned);
  plan_recurrent(part, options, shape, plan, planned);
  return bytes_of_head(part, shape, plan, planned);
}

std::int32_t heads_at_a_time(const StmShape& shape, std::size_t bytes, std::size_t allowed) {
  const std::size_t most = allowed / std::max<std::size_t>(1, bytes);
  return static_cast<std::int32_t>(std::clamp<std::size_t>(most, 1, static_cast<std::size_t>(shape.heads)));
}

void plan_states_of(const PartView& part, const StmShape& shape, const StmOptions& options,
                    std::size_t num_parts, StmPlan& plan, StmPlan::Part& planned) {
  const bool automatic = options.schedule == StmSchedule::kAuto;
  const std::size_t streams = num_parts * static_cast<std::size_t>(shape.heads);
  const bool levels = automatic ? is_worth_levels(part, shape, streams)
                                : options.schedule == StmSchedule::kLevels && part.num_levels > 0;
  const std::size_t state = static_cast<std::size_t>(shape.key_width * shape.value_width) * sizeof(float);
  if (levels && 2 * part.num_edges() * state <= options.state_bytes) {
    const std::size_t bytes = plan_states(part, shape, options, true, plan, planned);
    planned.group = heads_at_a_time(shape, bytes, options.state_bytes);
    return;
  }
  const std::size_t level_ends = plan.level_ends.size();
  const std::size_t segments = plan.segments.size();
  const std::size_t live_edges = plan.live_edges.size();
  std::size_t bytes = plan_states(part, shape, options, false, plan, planned);
  // Slices decide about bits, so they must not follow from the order by levels, which depends on the threads.
  planned.slices = num_slices(shape, bytes, options.state_bytes);
  const auto slices = static_cast<std::size_t>(planned.slices);
  planned.group = heads_at_a_time(shape, bytes / slices, options.state_bytes);
  const bool too_many = automatic && planned.group < shape.heads &&
                        is_worth_levels(part, shape, static_cast<std::size_t>(planned.group));
  if (!levels && !too_many) return;
  plan.level_ends.resize(level_ends);
  plan.segments.resize(segments);
  plan.live_edges.resize(live_edges);
  bytes = plan_states(part, shape, options, true, plan, planned);
  planned.group = heads_at_a_time(shape, bytes / slices, options.state_bytes);
}

}  // namespace

}  // namespace planning

void make_stm_plan(const StmGraph& graph, const StmShape& shape, const StmOptions& options, StmPlan& plan) {
  if (shape.heads < 1 || shape.key_width < 1 || shape.value_width < 1) {
    throw ShapeError("make_stm_plan: heads, key_width and value_width must be positive");
  }
  plan.shape = shape;
  plan.options = options;
  plan.sizes = graph.parts;
  plan.num_factors = plan.kept_states = 0;
  plan.parts.clear();
  plan.level_ends.clear();
  plan.segments.clear();
  plan.live_edges.clear();
  plan.blocks.clear();
  plan.scan_levels.clear();
  plan.border_edges.clear();
  const auto state = static_cast<std::size_t>(shape.heads * shape.key_width * shape.value_width);
  for (std::int32_t i = 0; i < graph.num_parts(); ++i) {
    const planning::PartView part = planning::view_of(graph, i);
    StmPlan::Part planned;
    planned.form = options.form == StmForm::kAuto ? planning::choose_form(part, shape) : options.form;
    planned.kept = plan.kept_states;
    switch (planned.form) {
      case StmForm::kAuto:
      case StmForm::kClosed:
        break;
      case StmForm::kRecurrent:
        planning::plan_states_of(part, shape, options, static_cast<std::size_t>(graph.num_parts()), plan,
                                 planned);
        if (options.memory == StmMemory::kStore) {
          planned.kept_size = part.num_edges() * state;
        } else if (planned.segments.size() > 1) {
          planned.kept_size = planning::num_checkpoints(plan, planned) * state;
        }
        break;
      case StmForm::kChunkwise:
      case StmForm::kDoubling:
        planning::plan_order(part, false, plan, planned);
        planning::plan_chunks(part, shape, plan, planned);
        if (options.memory != StmMemory::kRecompute)
          planned.kept_size = static_cast<std::size_t>(planned.states) * state;
        break;
    }
    plan.kept_states += planned.kept_size;
    plan.parts.push_back(planned);
  }
}

}  // namespace plstm
