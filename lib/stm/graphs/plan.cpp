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

// Whether there are more threads than streams to keep them busy, and levels wide enough to share out.
bool by_levels(const PartView& part, const StmShape& shape, StmSchedule schedule, std::size_t num_parts) {
  if (schedule != StmSchedule::kAuto) return schedule == StmSchedule::kLevels && part.num_levels > 0;
  const std::size_t streams = num_parts * static_cast<std::size_t>(shape.heads);
  if (static_cast<std::size_t>(num_threads()) <= streams || part.num_levels == 0) return false;
  const std::size_t work = (2 * part.num_edges() + part.num_line_edges()) *
                           static_cast<std::size_t>(shape.heads * shape.key_width * shape.value_width);
  return work / static_cast<std::size_t>(part.num_levels) >= kLevelWork;
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
        planned.by_levels =
            planning::by_levels(part, shape, options.schedule, static_cast<std::size_t>(graph.num_parts()));
        planning::plan_order(part, planned.by_levels, plan, planned);
        planning::plan_recurrent(part, options, shape, plan, planned);
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
