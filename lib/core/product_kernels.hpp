#pragma once

#include <cstddef>

// Declarations of the hot file product_kernels.cpp, which is compiled once per instruction set into a
// namespace of its own. Plain data only: nothing here may instantiate a template that other files share.
namespace plstm {

/// c [m, n] = a [m, k] * b [k, n], or c += ...; transposed factors are read as they lie in memory.
template <class T>
struct ProductCall {
  std::ptrdiff_t m, n, k;
  const T* a;
  std::ptrdiff_t lda;
  bool transpose_a;
  const T* b;
  std::ptrdiff_t ldb;
  bool transpose_b;
  T* c;
  std::ptrdiff_t ldc;
  bool add;
  const T* bias;  ///< [n], what every row of c starts from; null: zero. Not with `add`.
};

}  // namespace plstm

#define PLSTM_DECLARE_PRODUCT_KERNELS(isa)            \
  namespace plstm::isa {                              \
  void multiply_f32(const ProductCall<float>& call);  \
  void multiply_f64(const ProductCall<double>& call); \
  }

PLSTM_DECLARE_PRODUCT_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_PRODUCT_KERNELS(isa_avx2)
PLSTM_DECLARE_PRODUCT_KERNELS(isa_avx512)
#endif
