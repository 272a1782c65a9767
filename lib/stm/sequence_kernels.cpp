#include "stm/sequence_kernels.hpp"

#include <plstm/core/cpu.hpp>

namespace plstm {

namespace {

#define PLSTM_KERNELS_OF(isa)                                                                               \
  SequenceKernels<T> {                                                                                      \
    isa::steps_forward, isa::steps_backward, isa::merge_gates, isa::merge_backward, isa::fold_queries,      \
        isa::unfold_queries, isa::fold_keys, isa::unfold_keys, isa::combine_forward, isa::combine_backward, \
        isa::gather_planes, isa::scatter_planes, isa::transpose_rows, isa::state_step, isa::state_dots      \
  }

template <class T>
SequenceKernels<T> choose() {
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
const SequenceKernels<T>& sequence_kernels() {
  static const SequenceKernels<T> kernels = choose<T>();
  return kernels;
}

template const SequenceKernels<float>& sequence_kernels<float>();
template const SequenceKernels<double>& sequence_kernels<double>();

}  // namespace plstm
