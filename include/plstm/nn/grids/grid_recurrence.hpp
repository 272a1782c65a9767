#pragma once

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/shared/columns.hpp>
#include <plstm/stm/grids/grid_operator.hpp>

namespace plstm {

/// Inputs of the 2D operator on a tape, as Vars or some columns of one, rows in the order of GridInputs. Per
/// row: query [H, K, JQ], key [H, K, JK], value [H, V, JV]; sources [G, JT, JK, JV], transitions [G, JT, JT]
/// and marks [G, JO, JQ, JT] with G = H * orientations; direct [H, JO, JQ, JK, JV]. No two may name the same
/// columns of one Var (see twin()). left_to_down or up_to_right without a value is an absent turn.
template <class T>
struct GridVars {
  Columns<T> query, key, value;
  Columns<T> source_right, source_down;
  Columns<T> left_to_right, up_to_down, left_to_down, up_to_right;
  Columns<T> mark_left, mark_up;
  Columns<T> direct;
};

/// The 2D operator (specification, section 6) on a tape -> [B * X * Y, H * V * JO]. Throws ShapeError if an
/// input has other rows or columns than the shape says.
template <class T>
Var<T> grid_recurrence(Tape<T>& tape, const GridShape& shape, const GridVars<T>& vars,
                       const GridOptions& options);

/// x with a gradient of its own, which is added to that of x: for an operation that wants each of its inputs
/// apart.
template <class T>
Var<T> twin(Tape<T>& tape, Var<T> x);

}  // namespace plstm
