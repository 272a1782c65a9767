#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/stm/graphs/plan.hpp>

// The steps of make_stm_plan. Positions of nodes and edges are relative to the part's first.
namespace plstm::planning {

/// A part of the graph with what the steps need of it.
struct PartView {
  const StmGraph& graph;
  NodeId node_begin, node_end;
  EdgeId edge_begin, edge_end;
  LineEdgeId line_edge_begin, line_edge_end;
  std::int32_t num_levels;

  std::size_t num_nodes() const { return static_cast<std::size_t>(node_end - node_begin); }
  std::size_t num_edges() const { return static_cast<std::size_t>(edge_end - edge_begin); }
  std::size_t num_line_edges() const { return static_cast<std::size_t>(line_edge_end - line_edge_begin); }
};

PartView view_of(const StmGraph& graph, std::int32_t part);

/// Expected nanoseconds of a forward and a backward pass on one thread, all heads (plan_cost.cpp says where
/// the numbers come from).
struct FormCosts {
  double recurrent, closed, chunkwise;
};
FormCosts form_costs(const PartView& part, const StmShape& shape);

/// The form kAuto stands for.
StmForm choose_form(const PartView& part, const StmShape& shape);

/// Nodes of a chunk that cost least for these widths.
std::int32_t chunk_size(const StmShape& shape);

/// Fills node_order, edge_order and their inverses with a topological order of the part: the order of ids,
/// or ids downwards, if that is one and `by_levels` is false, else level by level, with level_ends.
void plan_order(const PartView& part, bool by_levels, StmPlan& plan, StmPlan::Part& planned);

/// Gives every edge a place among the states that live at the same time, and sets checkpoints.
void plan_recurrent(const PartView& part, const StmOptions& options, const StmShape& shape, StmPlan& plan,
                    StmPlan::Part& planned);

/// Bytes of all states and adjoints that one head of a part has at a time in a backward pass, in float.
std::size_t bytes_of_head(const PartView& part, const StmShape& shape, const StmPlan& plan,
                          const StmPlan::Part& planned);

/// States of a head at all checkpoints of a part.
std::size_t num_checkpoints(const StmPlan& plan, const StmPlan::Part& planned);

/// Cuts the part into chunks and gives every border edge a place; with StmForm::kDoubling also the blocks of
/// the scan.
void plan_chunks(const PartView& part, const StmShape& shape, StmPlan& plan, StmPlan::Part& planned);

}  // namespace plstm::planning
