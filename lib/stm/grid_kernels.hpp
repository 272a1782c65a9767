#pragma once

#include <cstddef>

#include <plstm/stm/grid_operator.hpp>

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
// grid_sweep_forward   states, and outputs [size_x * size_y, JO, V]; the direct gate in orientation 0 only
// grid_sweep_backward  gradients; those of gates are added where they belong, those of nodes written
#define PLSTM_DECLARE_GRID_KERNELS_FOR(T)                                                        \
  void grid_sweep_forward(const GridInputs<T>& inputs, const GridSweep<T>& sweep, T* output);    \
  void grid_sweep_backward(const GridInputs<T>& inputs, const GridSweep<T>& sweep,               \
                           HeadRows<const T> output_gradient, const GridGradients<T>& gradients, \
                           const GridNodeGradients<T>& node_gradients);

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
};

/// Those of the instruction set in use.
template <class T>
const GridKernels<T>& grid_kernels();

}  // namespace plstm
