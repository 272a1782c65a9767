#include "nn/shared/kernels.hpp"

#include "core/dispatch.hpp"

namespace plstm {

#define PLSTM_LAYER_KERNELS_OF(isa)                                                                          \
  LayerKernels<T> {                                                                                          \
    isa::activate, isa::activate_backward, isa::gelu, isa::normalize, isa::normalize_backward,               \
        isa::standardize, isa::standardize_backward, isa::add_column_sums, isa::add_scaled_rows, isa::scale, \
        isa::sum, isa::multiply_by, isa::add_message, isa::pass_message, isa::add_scaled_heads,              \
        isa::head_dots, isa::transpose                                                                       \
  }

template <class T>
const LayerKernels<T>& layer_kernels() {
  static const LayerKernels<T> chosen = PLSTM_FASTEST(PLSTM_LAYER_KERNELS_OF);
  return chosen;
}

template const LayerKernels<float>& layer_kernels<float>();
template const LayerKernels<double>& layer_kernels<double>();

}  // namespace plstm
