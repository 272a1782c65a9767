#include "stm/grids/grid_kernels.hpp"

#include "core/dispatch.hpp"

namespace plstm {

#define PLSTM_GRID_KERNELS_OF(isa)                                                                      \
  GridKernels<T> {                                                                                      \
    isa::grid_sweep_forward, isa::grid_sweep_backward, isa::grid_path_sums, isa::grid_path_gradients,   \
        isa::grid_pack_factors, isa::grid_add_factors, isa::grid_gate_forward, isa::grid_gate_backward, \
        isa::grid_border_forward, isa::grid_border_backward, isa::grid_dots, isa::grid_transpose,       \
        isa::grid_tile_forward, isa::grid_tile_backward, isa::grid_sum_output, isa::grid_sum_gradients  \
  }

template <class T>
const GridKernels<T>& grid_kernels() {
  static const GridKernels<T> chosen = PLSTM_FASTEST(PLSTM_GRID_KERNELS_OF);
  return chosen;
}

template const GridKernels<float>& grid_kernels<float>();
template const GridKernels<double>& grid_kernels<double>();

}  // namespace plstm
