#include "nn/tracking/tracking_kernels.hpp"

#include "core/dispatch.hpp"

namespace plstm {

#define PLSTM_TRACKING_KERNELS_OF(isa)                                                                  \
  TrackingKernels<T> {                                                                                  \
    isa::eigenvalues, isa::eigenvalues_backward, isa::normalize, isa::normalize_backward, isa::compose, \
        isa::compose_backward, isa::convolve, isa::convolve_backward                                    \
  }

template <class T>
const TrackingKernels<T>& tracking_kernels() {
  static const TrackingKernels<T> chosen = PLSTM_FASTEST(PLSTM_TRACKING_KERNELS_OF);
  return chosen;
}

template const TrackingKernels<float>& tracking_kernels<float>();
template const TrackingKernels<double>& tracking_kernels<double>();

}  // namespace plstm
