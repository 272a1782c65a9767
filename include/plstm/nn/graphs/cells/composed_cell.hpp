#pragma once

#include <cstdint>
#include <span>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/cells/node_levels.hpp>
#include <plstm/nn/graphs/cells/run_levels.hpp>

namespace plstm {

/// A level of n nodes with m edges into them, as matrices on a tape. Edges stand node after node.
template <class T>
struct LevelVars {
  Var<T> features;  ///< [n, F]; null if there are none
  Var<T> edges;     ///< [m, G]; null if there are none
  Var<T> sources;   ///< [m, S] states of the nodes that the edges come from

  // These outlive the pass.
  std::span<const std::int32_t> offsets;  ///< [n + 1] edges offsets[i] .. offsets[i + 1] - 1 enter node i
  std::span<const std::int32_t> rows;  ///< [m] 0 .. m-1: sum_rows(tape, x, offsets, rows) sums over in-edges
  std::span<const std::int32_t> targets;  ///< [m] the node, 0 .. n-1, that each edge enters
};

namespace detail {

/// A function of a level whose type is forgotten.
template <class T>
struct ComposedCell {
  const void* function;
  Var<T> (*call)(const void* function, Tape<T>& tape, const LevelVars<T>& level);
};

template <class T>
Var<T> run_composed_levels(Tape<T>& tape, const NodeLevels& levels, Index state_width,
                           const ComposedCell<T>& cell, const CellInputs<T>& inputs);

extern template Var<float> run_composed_levels<float>(Tape<float>&, const NodeLevels&, Index,
                                                      const ComposedCell<float>&, const CellInputs<float>&);
extern template Var<double> run_composed_levels<double>(Tape<double>&, const NodeLevels&, Index,
                                                        const ComposedCell<double>&,
                                                        const CellInputs<double>&);

}  // namespace detail

/// Runs a cell that is composed of tape operations level after level: cell(tape, level) gives the states [n, S] of the
/// nodes of a level, S = state_width. The result is the states of all nodes by their ids, [N, S].
///
/// Its gradient rules are those of the operations, and what all operations make is kept. A level takes some microseconds
/// more than with a LevelCell. `levels` and the inputs outlive the pass, the function does not need to. Throws ShapeError
/// unless the inputs have a row per node and edge and the cell gives a row of S numbers per node.
template <class T, class Cell>
Var<T> run_levels(Tape<T>& tape, const NodeLevels& levels, Index state_width, const Cell& cell,
                  const CellInputs<T>& inputs) {
  return detail::run_composed_levels<T>(
      tape, levels, state_width,
      {&cell, [](const void* function, Tape<T>& on,
                 const LevelVars<T>& level) { return (*static_cast<const Cell*>(function))(on, level); }},
      inputs);
}

}  // namespace plstm
