#pragma once

#include <cstddef>

#include <plstm/stm/grids/grid_operator.hpp>

#include "core/isa.hpp"
#include "stm/grids/grid_slices.hpp"

// What the forms of the grid operator ask of the hot files grid_*_kernels.cpp, see core/isa.hpp. Plain data only: the
// hot files use no function of the public headers.
namespace plstm {

/// One grid, head and orientation of the recurrent form.
///
/// With (a, c) = (x, y) counted along the orientation, the state [JT, K, V] that node (a, c) gets from (a-1,
/// c) lies at left + ((a % left_period) * size_y + c) * JT K V, and that from (a, c-1) at up + (c %
/// up_period, or a * size_y + c where up_period is 0) * JT K V.
template <class T>
struct GridSweep {
  Index batch, head, orientation;
  T *left, *up;
  Index left_period, up_period;
  T *left_adjoint, *up_adjoint;  ///< backward only: periods 2
  T* scratch;                    ///< grid_sweep_scratch elements
  T scale;                       ///< c
};

/// Gradients of one grid, head and orientation, of one node behind the other: [JQ, K], [JK, K], [JV, V].
template <class T>
struct GridNodeGradients {
  T *query, *key, *value;
};

/// What becomes of the gate rows when path sums are made.
enum class GateRows { kReplace, kAdd, kNone };

/// Some nodes of a grid of which path sums are made, along one orientation: those of a rectangle, in the
/// order of their rows. Rows of path sums have a column for every node, JK and JV, padded to whole vectors,
/// and behind them one for every state into the block and JT, padded too: states from the left by y, then
/// those from above by x. States out of the block come in the same order: to the right by y, then down by x.
template <class T>
struct GridPaths {
  Index batch, head, orientation;
  Index x, y, size_x, size_y;                  ///< the rectangle
  bool from_left, from_up, to_right, to_down;  ///< borders that states cross, along the orientation
  Index columns;                               ///< of nodes, padded
  Index stride;                                ///< of all
  T *left, *up;                                ///< [nodes, JT, stride] states into a node
  T* out;                                      ///< [states out of the block, JT, stride]
  T* gate;                                     ///< [nodes, JO, JQ, stride] outputs
  T* spare;                                    ///< [2, JT, stride]
  T* factors;   ///< [nodes, 8] gates, then their gradients, where JT = JO = JQ = 1
  bool keep;    ///< whether left and up are needed afterwards
  bool packed;  ///< whether factors are there already, and grid_add_factors alone adds their gradients
};

/// The dense products of a block; unpacked rows have one line per node and J.
template <class T>
struct GridScores {
  Index nodes, keys;
  TrackingWidths tracking;
  T* gate;  ///< [nodes, JO, JQ, gate_stride] columns [nodes, JK, JV]; backward overwrites it
  Index gate_stride;
  T* scores;           ///< [nodes, JQ, stride] columns [nodes, JK]; where all J are 1, also `gated`
  T* gated;            ///< [nodes, JO, stride] columns [nodes, JV]
  T* back;             ///< [nodes, JO, stride] columns [nodes, JV]: output gradient times value
  T* score_gradients;  ///< [nodes, JQ, stride] columns [nodes, JK]; where all J are 1, also `back`
  Index stride;
  T scale;
};

/// Rows of nodes through the gates that connect them with states on the border:
/// weighted[n, o, i, d] = scale * sum over j of gate[n, o, j, i] row[n, j, d].
template <class T>
struct GridBorder {
  Index nodes, outer, inner, states, width;  ///< n, o, j, i, d
  T* gate;                                   ///< backward overwrites it with its gradient
  Index node_stride, outer_stride, inner_stride, state_stride;
  const T* rows;     ///< [nodes, inner, width]
  T* weighted;       ///< [nodes, outer, states, width]; backward: its gradient, [states, width, nodes, outer]
  T* row_gradients;  ///< backward only: [nodes, inner, width], added to
  T* columns;        ///< backward only, where outer and inner are 1: rows transposed, [width, nodes], and
                     ///< room for (width + 2) * nodes more
  T scale;
};

/// result[i, j] = left[i] . right[j], rows `size` long; for few rows that are long.
template <class T>
struct GridDots {
  Index rows, cols, size;
  const T* left;  ///< row i at left + i * size
  const T* right;
  T* result;  ///< row i at result + i * stride
  Index stride;
};

/// The table of grid_recurrent_kernels.cpp.
template <class T>
struct GridSweepKernels {
  /// States, and outputs [size_x * size_y, JO, V]. The direct gate counts in orientation 0 only.
  void (*sweep_forward)(const GridInputs<T>& inputs, const GridSweep<T>& sweep, T* output);

  /// Gradients: those of gates are added to `gradients`, those of nodes are written to `node_gradients`.
  void (*sweep_backward)(const GridInputs<T>& inputs, const GridSweep<T>& sweep,
                         const HeadRows<const T>& output_gradient, const GridGradients<T>& gradients,
                         const GridNodeGradients<T>& node_gradients);

  template <class Isa>
  static GridSweepKernels make();
};

/// The table of grid_path_kernels.cpp.
template <class T>
struct GridPathKernels {
  /// Path sums of a block. The direct gate counts in orientation 0 only.
  void (*path_sums)(const GridInputs<T>& inputs, const GridPaths<T>& block, GateRows gate_rows);

  /// Gradients of the gates. Those of the gate rows and of the rows out are given in the places of these rows. The
  /// path sums `left` and `up` are overwritten.
  void (*path_gradients)(const GridInputs<T>& inputs, const GridPaths<T>& block,
                         const GridGradients<T>& gradients);

  /// Factors of the blocks of all orientations, where JT = JO = JQ = 1.
  void (*pack_factors)(const GridInputs<T>& inputs, const GridPaths<T>* blocks);

  /// Adds the gradients of the factors, which have taken their places, to the gradients of the gates.
  void (*add_factors)(const GridInputs<T>& inputs, const GridPaths<T>* blocks,
                      const GridGradients<T>& gradients);

  template <class Isa>
  static GridPathKernels make();
};

/// The table of grid_block_kernels.cpp.
template <class T>
struct GridBlockKernels {
  void (*gate_forward)(const GridScores<T>& scores);  ///< gated = scale * scores * gate
  void (*gate_backward)(
      const GridScores<T>& scores);  ///< gated, and gradients of scores and of gate (in its place)
  void (*border_forward)(const GridBorder<T>& border);
  void (*border_backward)(
      const GridBorder<T>& border);  ///< gradients of gate and rows, given that of `weighted`
  void (*dots)(const GridDots<T>& dots);
  void (*transpose)(const T* from, Index rows, Index cols, T* to);  ///< to [cols, rows] = from^T

  template <class Isa>
  static GridBlockKernels make();
};

/// The table of grid_slice_kernels.cpp.
template <class T>
struct GridTileKernels {
  void (*tile_forward)(const GridTile<T>& tile);   ///< outputs, and states that leave
  void (*tile_backward)(const GridTile<T>& tile);  ///< gradients, and adjoints of the states that enter

  template <class Isa>
  static GridTileKernels make();
};

/// The table of grid_slice_sum_kernels.cpp, for one node, which is a row among those of all grids, and all heads.
template <class T>
struct GridSumKernels {
  void (*sum_output)(const GridSum<T>& sum, Index row, const HeadRows<T>& output);
  void (*sum_gradients)(const GridSum<T>& sum, Index row,
                        const GridGradients<T>& gradients);  ///< adds all gradients

  template <class Isa>
  static GridSumKernels make();
};

/// All of them, for kernels<GridKernels<T>>() in core/dispatch.hpp.
template <class T>
struct GridKernels : GridSweepKernels<T>,
                     GridPathKernels<T>,
                     GridBlockKernels<T>,
                     GridTileKernels<T>,
                     GridSumKernels<T> {
  template <class Isa>
  static GridKernels make() {
    return {GridSweepKernels<T>::template make<Isa>(), GridPathKernels<T>::template make<Isa>(),
            GridBlockKernels<T>::template make<Isa>(), GridTileKernels<T>::template make<Isa>(),
            GridSumKernels<T>::template make<Isa>()};
  }
};

}  // namespace plstm
