#pragma once

#include <cstddef>

#include <plstm/core/matrix.hpp>
#include <plstm/core/scratch.hpp>
#include <plstm/stm/shared/head_rows.hpp>
#include <plstm/stm/shared/tracking.hpp>

namespace plstm {

/// Sizes of a batch of grids. Row (b * size_x + x) * size_y + y is node (x, y) of grid b.
struct GridShape {
  Index batch = 0;
  Index size_x = 0;
  Index size_y = 0;
  Index heads = 0;
  Index key_width = 0;    ///< K
  Index value_width = 0;  ///< V
  TrackingWidths tracking = {};
  /// 1, or 4: the grid is also read with x (bit 0 of the orientation o), y (bit 1) and both flipped, and the
  /// outputs are summed. Nothing is copied: an orientation only changes which way states travel.
  Index orientations = 1;
};

/// What the operator on grids reads. Every array has the rows of the grid; those of the gates lie at head
/// index h * orientations + o, the others at h.
template <class T>
struct GridInputs {
  GridShape shape;
  HeadRows<const T> query;          ///< [K, JQ]
  HeadRows<const T> key;            ///< [K, JK]
  HeadRows<const T> value;          ///< [V, JV]
  HeadRows<const T> source_right;   ///< [JT, JK, JV]  a node writes into the state that travels to x + 1
  HeadRows<const T> source_down;    ///< [JT, JK, JV]  and to y + 1
  HeadRows<const T> left_to_right;  ///< [JT, JT]  what a node hands on
  HeadRows<const T> up_to_down;     ///< [JT, JT]
  HeadRows<const T> left_to_down;   ///< [JT, JT]; data null: no state takes this turn (D-mode L)
  HeadRows<const T> up_to_right;    ///< [JT, JT]; data null: no state takes this turn (D-mode R)
  HeadRows<const T> mark_left;      ///< [JO, JQ, JT]  a node reads the state from x - 1
  HeadRows<const T> mark_up;        ///< [JO, JQ, JT]  and from y - 1
  HeadRows<const T> direct;         ///< [JO, JQ, JK, JV]  once, not per orientation (head index h)
};

/// Where grid_backward adds the gradients of the inputs: distinct memory, those of absent turns are ignored.
template <class T>
struct GridGradients {
  HeadRows<T> query, key, value;
  HeadRows<T> source_right, source_down;
  HeadRows<T> left_to_right, up_to_down, left_to_down, up_to_right;
  HeadRows<T> mark_left, mark_up;
  HeadRows<T> direct;
};

/// How the operator is computed; all forms agree to rounding (docs/operator.md, section 8).
enum class GridForm {
  kAuto,       ///< by the sizes; never by the number of threads
  kRecurrent,  ///< node after node, states [JT, K, V]; the reference, in plain loops
  kChunkwise,  ///< dense inside blocks, recurrent over the states on their borders
  kDense,      ///< y = (G o (Q K^T)) V over the whole grid, no states at all
  kSliced,     ///< node after node, a slice of all states at a time; kChunkwise where widths of tracking
               ///< are above 1
};

struct GridOptions {
  GridForm form = GridForm::kAuto;
  int levels = -1;  ///< chunkwise, sliced: blocks of 2^levels x 2^levels nodes, at most 6; -1: 2 or 3
};

/// Buffers that calls borrow; reuse one to allocate nothing in steady state. One call at a time.
template <class T>
struct GridWorkspace {
  ScratchPool<T> scratch;
};

/// What a forward pass leaves for the backward pass of the same inputs and options: the recurrent form all
/// states, 2 JT K V per node, head and orientation; the chunkwise and sliced forms those on the borders of
/// blocks, about 2^levels times fewer; the dense form nothing. Without, the backward pass makes them again.
template <class T>
struct GridStates {
  AlignedBuffer<T> data;
};

/// States l from (x-1, y) and u from (x, y-1) are zero outside the grid, c = K^(-1/2); sums over repeated
/// indices (specification, section 6):
///
///   R(x,y)[d,v,t] = left_to_right[t,t'] l[d,v,t'] + up_to_right[t,t'] u[d,v,t']
///                   + source_right[t,k,j] key[d,k] value[v,j]           travels to (x+1, y)
///   W(x,y)[d,v,t] = up_to_down[t,t'] u[d,v,t'] + left_to_down[t,t'] l[d,v,t']
///                   + source_down[t,k,j] key[d,k] value[v,j]            travels to (x, y+1)
///   y[v,o] = c (query[d,j] (mark_left[o,j,t] l[d,v,t] + mark_up[o,j,t] u[d,v,t])
///               + query[d,j] direct[o,j,k,l] key[d,k] value[v,l])       output
///
/// Writes `output` ([V, JO] per row and head, replaced). The bits do not depend on the number of threads:
/// each value is computed by one task, in an order that form and sizes fix. Throws ShapeError for sizes below
/// zero (widths below one) or for arrays that have rows but are null, and ConfigError for other numbers of orientations than 1 and 4, or levels out of
/// range.
template <class T>
void grid_forward(const GridInputs<T>& inputs, HeadRows<T> output, const GridOptions& options,
                  GridWorkspace<T>& workspace, GridStates<T>* states = nullptr);

/// Adds to `gradients` the gradients of sum(output * output_gradient) for all inputs. `states`, if not null,
/// were kept by grid_forward for the same inputs and options (ConfigError where they are too few).
template <class T>
void grid_backward(const GridInputs<T>& inputs, HeadRows<const T> output_gradient,
                   const GridGradients<T>& gradients, const GridOptions& options, GridWorkspace<T>& workspace,
                   const GridStates<T>* states = nullptr);

}  // namespace plstm
