#include "stm/grid_kernels.hpp"

#include <plstm/core/cpu.hpp>

namespace plstm {

namespace {

#define PLSTM_GRID_KERNELS_OF(isa)                                                                    \
  GridKernels<T> {                                                                                    \
    isa::grid_sweep_forward, isa::grid_sweep_backward, isa::grid_path_sums, isa::grid_path_gradients, \
        isa::grid_gate_forward, isa::grid_gate_backward, isa::grid_border_forward,                    \
        isa::grid_border_backward, isa::grid_dots, isa::grid_transpose                                \
  }

template <class T>
GridKernels<T> choose() {
#if defined(PLSTM_DISPATCH)
  switch (instruction_set()) {
    case InstructionSet::kAvx512:
      return PLSTM_GRID_KERNELS_OF(isa_avx512);
    case InstructionSet::kAvx2:
      return PLSTM_GRID_KERNELS_OF(isa_avx2);
    case InstructionSet::kBaseline:
      break;
  }
#endif
  return PLSTM_GRID_KERNELS_OF(isa_baseline);
}

}  // namespace

template <class T>
const GridKernels<T>& grid_kernels() {
  static const GridKernels<T> kernels = choose<T>();
  return kernels;
}

template const GridKernels<float>& grid_kernels<float>();
template const GridKernels<double>& grid_kernels<double>();

}  // namespace plstm
