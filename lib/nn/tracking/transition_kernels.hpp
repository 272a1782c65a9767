#pragma once

#include <cstddef>

#include <plstm/nn/tracking/transition_matrix.hpp>

#include "core/isa.hpp"

// The table of the hot file transition_kernels.cpp, see core/isa.hpp. The kernels work on as many matrices at once as
// a vector has lanes. `scratch` has matrix_scratch(size) bytes, aligned to 64. Where a kernel takes `add`, it adds to
// its result if that is true, and replaces it otherwise.
namespace plstm {

/// Bytes of scratch memory for matrices [size, size].
constexpr std::size_t matrix_scratch(std::ptrdiff_t size) {
  return static_cast<std::size_t>((24 + size) * size * size + 4 * size) * 64;
}

/// Gradients of t = o diag(l) i for `count` matrices; each of them may be null.
template <class T>
struct CompositionGradient {
  std::ptrdiff_t count, size;
  const T *o, *l, *i, *dt;
  T* d_o;
  bool add_o;
  T* dl;
  bool add_l;
  T* di;
  bool add_i;
  void* scratch;
};

template <class T>
struct TransitionKernels {
  void (*eigenvalues)(EigenvalueForm form, std::ptrdiff_t size, const T* e, T* y);  ///< y = f(e)
  /// de (+)= dy * f'(e)
  void (*eigenvalues_backward)(EigenvalueForm form, std::ptrdiff_t size, const T* e, const T* y, const T* dy,
                               T* de, bool add);

  /// y = the norm of `count` matrices; not for TransitionNorm::kEigenvalueLimit
  void (*normalize)(TransitionNorm norm, std::ptrdiff_t count, std::ptrdiff_t size, const T* a, T* y,
                    void* scratch);
  void (*normalize_backward)(TransitionNorm norm, std::ptrdiff_t count, std::ptrdiff_t size, const T* a,
                             const T* dy, T* da, bool add, void* scratch);

  /// t = o diag(l) i for `count` matrices
  void (*compose)(std::ptrdiff_t count, std::ptrdiff_t size, const T* o, const T* l, const T* i, T* t,
                  void* scratch);
  void (*compose_backward)(const CompositionGradient<T>& call);

  template <class Isa>
  static TransitionKernels make();
};

}  // namespace plstm
