#include "stm/graphs/kernels.hpp"

#include "core/dispatch.hpp"

namespace plstm {

#define PLSTM_KERNELS_OF(isa)                                                             \
  StmKernels<T> {                                                                         \
    isa::sweep_forward, isa::sweep_backward, isa::chunk_scratch, isa::chunk_forward,      \
        isa::chunk_begin_backward, isa::chunk_read, isa::chunk_backward, isa::border_step \
  }

template <class T>
const StmKernels<T>& stm_kernels() {
  static const StmKernels<T> chosen = PLSTM_FASTEST(PLSTM_KERNELS_OF);
  return chosen;
}

template const StmKernels<float>& stm_kernels<float>();
template const StmKernels<double>& stm_kernels<double>();

}  // namespace plstm
