#pragma once

#include <cstddef>

#include <plstm/stm/grids/grid_operator.hpp>

#include "stm/grids/grid_slices.hpp"

// What the forms of the grid operator ask of the hot files grid_*_kernels.cpp (see stm/kernels.hpp). Plain
// data only; the hot files use no function of the public headers.
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

// grid_sweep_scratch   elements of scratch memory of the sweeps
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
  bool packed;  ///< whether factors are there already, and nobody but grid_add_factors adds their gradients
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

// grid_sweep_forward   states, and outputs [size_x * size_y, JO, V]; the direct gate in orientation 0 only
// grid_sweep_backward  gradients; those of gates are added where they belong, those of nodes written
// grid_path_sums       path sums of a block, the direct gate in orientation 0 only
// grid_path_gradients  gradients of the gates, given those of the gate rows and the rows out, which lie in
//                      their places; overwrites the path sums left and up
// grid_pack_factors    factors of the blocks of all orientations, where JT = JO = JQ = 1
// grid_add_factors     adds what has become of them to the gradients
// grid_gate_forward    gated = scale * scores * gate
// grid_gate_backward   gated, and gradients of scores (score_gradients) and gate (in its place)
// grid_border_forward  weighted
// grid_border_backward gradients of gate and rows, given that of weighted
// grid_dots            see GridDots
// grid_transpose       to [cols, rows] = from [rows, cols] transposed
// grid_tile_forward    outputs, and states that leave
// grid_tile_backward   gradients, and adjoints of the states that enter
// grid_sum_output      outputs of a node (row among all grids), all heads
// grid_sum_gradients   all gradients of it, added
#define PLSTM_DECLARE_GRID_KERNELS_FOR(T)                                                          \
  void grid_sweep_forward(const GridInputs<T>& inputs, const GridSweep<T>& sweep, T* output);      \
  void grid_sweep_backward(const GridInputs<T>& inputs, const GridSweep<T>& sweep,                 \
                           HeadRows<const T> output_gradient, const GridGradients<T>& gradients,   \
                           const GridNodeGradients<T>& node_gradients);                            \
  void grid_path_sums(const GridInputs<T>& inputs, const GridPaths<T>& block, GateRows gate_rows); \
  void grid_path_gradients(const GridInputs<T>& inputs, const GridPaths<T>& block,                 \
                           const GridGradients<T>& gradients);                                     \
  void grid_pack_factors(const GridInputs<T>& inputs, const GridPaths<T>* blocks);                 \
  void grid_add_factors(const GridInputs<T>& inputs, const GridPaths<T>* blocks,                   \
                        const GridGradients<T>& gradients);                                        \
  void grid_gate_forward(const GridScores<T>& scores);                                             \
  void grid_gate_backward(const GridScores<T>& scores);                                            \
  void grid_border_forward(const GridBorder<T>& border);                                           \
  void grid_border_backward(const GridBorder<T>& border);                                          \
  void grid_dots(const GridDots<T>& dots);                                                         \
  void grid_transpose(const T* from, Index rows, Index cols, T* to);                               \
  void grid_tile_forward(const GridTile<T>& tile);                                                 \
  void grid_tile_backward(const GridTile<T>& tile);                                                \
  void grid_sum_output(const GridSum<T>& sum, Index row, const HeadRows<T>& output);               \
  void grid_sum_gradients(const GridSum<T>& sum, Index row, const GridGradients<T>& gradients);

#define PLSTM_DECLARE_GRID_KERNELS(isa)  \
  namespace isa {                        \
  PLSTM_DECLARE_GRID_KERNELS_FOR(float)  \
  PLSTM_DECLARE_GRID_KERNELS_FOR(double) \
  }

PLSTM_DECLARE_GRID_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_GRID_KERNELS(isa_avx2)
PLSTM_DECLARE_GRID_KERNELS(isa_avx512)
#endif

/// The hot functions of one instruction set.
template <class T>
struct GridKernels {
  void (*sweep_forward)(const GridInputs<T>&, const GridSweep<T>&, T*);
  void (*sweep_backward)(const GridInputs<T>&, const GridSweep<T>&, HeadRows<const T>,
                         const GridGradients<T>&, const GridNodeGradients<T>&);
  void (*path_sums)(const GridInputs<T>&, const GridPaths<T>&, GateRows);
  void (*path_gradients)(const GridInputs<T>&, const GridPaths<T>&, const GridGradients<T>&);
  void (*pack_factors)(const GridInputs<T>&, const GridPaths<T>*);
  void (*add_factors)(const GridInputs<T>&, const GridPaths<T>*, const GridGradients<T>&);
  void (*gate_forward)(const GridScores<T>&);
  void (*gate_backward)(const GridScores<T>&);
  void (*border_forward)(const GridBorder<T>&);
  void (*border_backward)(const GridBorder<T>&);
  void (*dots)(const GridDots<T>&);
  void (*transpose)(const T*, Index, Index, T*);
  void (*tile_forward)(const GridTile<T>&);
  void (*tile_backward)(const GridTile<T>&);
  void (*sum_output)(const GridSum<T>&, Index, const HeadRows<T>&);
  void (*sum_gradients)(const GridSum<T>&, Index, const GridGradients<T>&);
};

/// Those of the instruction set in use.
template <class T>
const GridKernels<T>& grid_kernels();

}  // namespace plstm
