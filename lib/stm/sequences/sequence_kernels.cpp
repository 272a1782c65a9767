#include "stm/sequences/sequence_kernels.hpp"

#include "core/dispatch.hpp"

namespace plstm {

#define PLSTM_KERNELS_OF(isa)                                                                               \
  SequenceKernels<T> {                                                                                      \
    isa::steps_forward, isa::steps_backward, isa::merge_gates, isa::merge_backward, isa::fold_queries,      \
        isa::unfold_queries, isa::fold_keys, isa::unfold_keys, isa::combine_forward, isa::combine_backward, \
        isa::gather_planes, isa::scatter_planes, isa::transpose_rows, isa::state_step, isa::state_dots      \
  }

template <class T>
const SequenceKernels<T>& sequence_kernels() {
  static const SequenceKernels<T> chosen = PLSTM_FASTEST(PLSTM_KERNELS_OF);
  return chosen;
}

template const SequenceKernels<float>& sequence_kernels<float>();
template const SequenceKernels<double>& sequence_kernels<double>();

}  // namespace plstm
