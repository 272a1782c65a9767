#include <plstm/core/cpu.hpp>

#include "nn/attention_kernels.hpp"

namespace plstm {

namespace {

#define PLSTM_ATTENTION_KERNELS_OF(isa)                     \
  AttentionKernels<T> {                                     \
    isa::softmax, isa::softmax_again, isa::softmax_backward \
  }

template <class T>
AttentionKernels<T> choose() {
#if defined(PLSTM_DISPATCH)
  switch (instruction_set()) {
    case InstructionSet::kAvx512:
      return PLSTM_ATTENTION_KERNELS_OF(isa_avx512);
    case InstructionSet::kAvx2:
      return PLSTM_ATTENTION_KERNELS_OF(isa_avx2);
    case InstructionSet::kBaseline:
      break;
  }
#endif
  return PLSTM_ATTENTION_KERNELS_OF(isa_baseline);
}

}  // namespace

template <class T>
const AttentionKernels<T>& attention_kernels() {
  static const AttentionKernels<T> chosen = choose<T>();
  return chosen;
}

template const AttentionKernels<float>& attention_kernels<float>();
template const AttentionKernels<double>& attention_kernels<double>();

}  // namespace plstm
