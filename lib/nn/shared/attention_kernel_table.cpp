#include "core/dispatch.hpp"
#include "nn/shared/attention_kernels.hpp"

namespace plstm {

#define PLSTM_ATTENTION_KERNELS_OF(isa)                     \
  AttentionKernels<T> {                                     \
    isa::softmax, isa::softmax_again, isa::softmax_backward \
  }

template <class T>
const AttentionKernels<T>& attention_kernels() {
  static const AttentionKernels<T> chosen = PLSTM_FASTEST(PLSTM_ATTENTION_KERNELS_OF);
  return chosen;
}

template const AttentionKernels<float>& attention_kernels<float>();
template const AttentionKernels<double>& attention_kernels<double>();

}  // namespace plstm
