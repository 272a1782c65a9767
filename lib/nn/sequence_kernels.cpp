#include "nn/sequence_kernels.hpp"

#include <plstm/core/cpu.hpp>

namespace plstm {

namespace {

#define PLSTM_SEQUENCE_KERNELS_OF(isa)                                                                  \
  SequenceKernels<T> {                                                                                  \
    isa::eigenvalues, isa::eigenvalues_backward, isa::normalize, isa::normalize_backward, isa::compose, \
        isa::compose_backward, isa::convolve, isa::convolve_backward                                    \
  }

template <class T>
SequenceKernels<T> choose() {
#if defined(PLSTM_DISPATCH)
  switch (instruction_set()) {
    case InstructionSet::kAvx512:
      return PLSTM_SEQUENCE_KERNELS_OF(isa_avx512);
    case InstructionSet::kAvx2:
      return PLSTM_SEQUENCE_KERNELS_OF(isa_avx2);
    case InstructionSet::kBaseline:
      break;
  }
#endif
  return PLSTM_SEQUENCE_KERNELS_OF(isa_baseline);
}

}  // namespace

template <class T>
const SequenceKernels<T>& sequence_kernels() {
  static const SequenceKernels<T> chosen = choose<T>();
  return chosen;
}

template const SequenceKernels<float>& sequence_kernels<float>();
template const SequenceKernels<double>& sequence_kernels<double>();

}  // namespace plstm
