#include "stm/kernels.hpp"

#include <plstm/core/cpu.hpp>

namespace plstm {

namespace {

#define PLSTM_KERNELS_OF(isa)                                                             \
  StmKernels<T> {                                                                         \
    isa::sweep_forward, isa::sweep_backward, isa::chunk_scratch, isa::chunk_forward,      \
        isa::chunk_begin_backward, isa::chunk_read, isa::chunk_backward, isa::border_step \
  }

template <class T>
StmKernels<T> choose() {
#if defined(PLSTM_DISPATCH)
  switch (instruction_set()) {
    case InstructionSet::kAvx512:
      return PLSTM_KERNELS_OF(isa_avx512);
    case InstructionSet::kAvx2:
      return PLSTM_KERNELS_OF(isa_avx2);
    case InstructionSet::kBaseline:
      break;
  }
#endif
  return PLSTM_KERNELS_OF(isa_baseline);
}

}  // namespace

template <class T>
const StmKernels<T>& stm_kernels() {
  static const StmKernels<T> kernels = choose<T>();
  return kernels;
}

template const StmKernels<float>& stm_kernels<float>();
template const StmKernels<double>& stm_kernels<double>();

}  // namespace plstm
