#pragma once

#include <cstddef>

#include <plstm/nn/tracking/transition_matrix.hpp>

// Loops of the layers on sequences and grids, in the hot files transition_kernels.cpp and
// convolution_kernels.cpp (once per instruction set).
namespace plstm {

// eigenvalues             y = f(e)
// eigenvalues_backward    dx (+)= dy * f'(e): here and below `add` tells += from =
// normalize               y = the norm of `count` matrices [size, size]; not for kEigenvalueLimit
// normalize_backward      da (+)= ...
// compose                 t = o diag(l) i for `count` matrices
// compose_backward        gradients of o, l and i (each may be null)
// convolve                y[t, d] = bias[d] + sum_j weight[j, d] x[t - (taps - 1 - j), d] within one sequence
// convolve_backward       dx (+)= ...; dweight [taps, width] += ... (each may be null)
//
// Matrices are worked on as many at once as a vector has lanes; `scratch` has matrix_scratch(size) bytes,
// aligned to 64.
#define PLSTM_DECLARE_TRACKING_KERNELS_FOR(T)                                                               \
  void eigenvalues(EigenvalueForm form, std::ptrdiff_t size, const T* e, T* y);                             \
  void eigenvalues_backward(EigenvalueForm form, std::ptrdiff_t size, const T* e, const T* y, const T* dy,  \
                            T* de, bool add);                                                               \
  void normalize(TransitionNorm norm, std::ptrdiff_t count, std::ptrdiff_t size, const T* a, T* y,          \
                 void* scratch);                                                                            \
  void normalize_backward(TransitionNorm norm, std::ptrdiff_t count, std::ptrdiff_t size, const T* a,       \
                          const T* dy, T* da, bool add, void* scratch);                                     \
  void compose(std::ptrdiff_t count, std::ptrdiff_t size, const T* o, const T* l, const T* i, T* t,         \
               void* scratch);                                                                              \
  void compose_backward(std::ptrdiff_t count, std::ptrdiff_t size, const T* o, const T* l, const T* i,      \
                        const T* dt, T* d_o, T* dl, T* di, bool add_o, bool add_l, bool add_i,              \
                        void* scratch);                                                                     \
  void convolve(std::ptrdiff_t length, std::ptrdiff_t width, std::ptrdiff_t taps, const T* weight,          \
                const T* bias, const T* x, T* y);                                                           \
  void convolve_backward(std::ptrdiff_t length, std::ptrdiff_t width, std::ptrdiff_t taps, const T* weight, \
                         const T* x, const T* dy, T* dx, bool add, T* dweight);

#define PLSTM_DECLARE_TRACKING_KERNELS(isa)  \
  namespace isa {                            \
  PLSTM_DECLARE_TRACKING_KERNELS_FOR(float)  \
  PLSTM_DECLARE_TRACKING_KERNELS_FOR(double) \
  }

PLSTM_DECLARE_TRACKING_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_TRACKING_KERNELS(isa_avx2)
PLSTM_DECLARE_TRACKING_KERNELS(isa_avx512)
#endif

/// Bytes that the kernels of matrices want.
constexpr std::size_t matrix_scratch(std::ptrdiff_t size) {
  return static_cast<std::size_t>((24 + size) * size * size + 4 * size) * 64;
}

/// The hot functions of one instruction set.
template <class T>
struct TrackingKernels {
  void (*eigenvalues)(EigenvalueForm, std::ptrdiff_t, const T*, T*);
  void (*eigenvalues_backward)(EigenvalueForm, std::ptrdiff_t, const T*, const T*, const T*, T*, bool);
  void (*normalize)(TransitionNorm, std::ptrdiff_t, std::ptrdiff_t, const T*, T*, void*);
  void (*normalize_backward)(TransitionNorm, std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, T*, bool,
                             void*);
  void (*compose)(std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, const T*, T*, void*);
  void (*compose_backward)(std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, const T*, const T*, T*, T*, T*,
                           bool, bool, bool, void*);
  void (*convolve)(std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, const T*, T*);
  void (*convolve_backward)(std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, const T*, T*,
                            bool, T*);
};

/// Those of the instruction set in use.
template <class T>
const TrackingKernels<T>& tracking_kernels();

}  // namespace plstm
