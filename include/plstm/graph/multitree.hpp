#pragma once

#include <plstm/graph/line_graph.hpp>

namespace plstm {

/// Removes line edges until between any two line nodes at most one path is left: the line graph of the D-mode
/// (specification, section 1, "Multitree pruning", which fixes which edges survive). Surviving edges keep
/// their order and are numbered anew.
///
/// Cost: see the definition in multitree.cpp; the implementation is exact, and measured in
/// docs/performance.md.
LineGraph prune_to_multitree(const LineGraph& line_graph);

}  // namespace plstm
