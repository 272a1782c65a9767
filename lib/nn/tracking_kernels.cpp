#include "nn/tracking_kernels.hpp"

#include <plstm/core/cpu.hpp>

namespace plstm {

namespace {

#define PLSTM_TRACKING_KERNELS_OF(isa)                                                                  \
  TrackingKernels<T> {                                                                                  \
    isa::eigenvalues, isa::eigenvalues_backward, isa::normalize, isa::normalize_backward, isa::compose, \
        isa::compose_backward, isa::convolve, isa::convolve_backward                                    \
  }

template <class T>
TrackingKernels<T> choose() {
#if defined(PLSTM_DISPATCH)
  switch (instruction_set()) {
    case InstructionSet::kAvx512:
      return PLSTM_TRACKING_KERNELS_OF(isa_avx512);
    case InstructionSet::kAvx2:
      return PLSTM_TRACKING_KERNELS_OF(isa_avx2);
    case InstructionSet::kBaseline:
      break;
  }
#endif
  return PLSTM_TRACKING_KERNELS_OF(isa_baseline);
}

}  // namespace

template <class T>
const TrackingKernels<T>& tracking_kernels() {
  static const TrackingKernels<T> chosen = choose<T>();
  return chosen;
}

template const TrackingKernels<float>& tracking_kernels<float>();
template const TrackingKernels<double>& tracking_kernels<double>();

}  // namespace plstm
