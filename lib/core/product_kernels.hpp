#pragma once

#include <cstddef>

// Declarations of the hot file product_kernels.cpp, which is compiled once per instruction set into a
// namespace of its own. Plain pointers only: nothing here may instantiate a template that other files share.
#define PLSTM_DECLARE_PRODUCT_KERNELS(isa)                                                     \
  namespace plstm::isa {                                                                       \
  void multiply_f32(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const float* a,      \
                    std::ptrdiff_t lda, bool transpose_a, const float* b, std::ptrdiff_t ldb,  \
                    bool transpose_b, float* c, std::ptrdiff_t ldc, bool add);                 \
  void multiply_f64(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const double* a,     \
                    std::ptrdiff_t lda, bool transpose_a, const double* b, std::ptrdiff_t ldb, \
                    bool transpose_b, double* c, std::ptrdiff_t ldc, bool add);                \
  }

PLSTM_DECLARE_PRODUCT_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_PRODUCT_KERNELS(isa_avx2)
PLSTM_DECLARE_PRODUCT_KERNELS(isa_avx512)
#endif
