#pragma once

#include <cstddef>

// Row-wise loops of attention, in the hot file attention_kernels.cpp (once per instruction set).
namespace plstm {

// softmax           x [rows, cols] becomes exp(scale x - m) / s with m = max of scale x over the row and s
// the sum;
//                   keeps m and 1 / s of each row side by side in `extremes`
// softmax_again     the same bits, from `extremes`
// softmax_backward  dy, the gradient of y = softmax(scale x), becomes that of x: scale y (dy - y . dy)
#define PLSTM_DECLARE_ATTENTION_KERNELS_FOR(T)                                                    \
  void softmax(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, T* x, T* extremes);             \
  void softmax_again(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, T* x, const T* extremes); \
  void softmax_backward(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, const T* y, T* dy);

#define PLSTM_DECLARE_ATTENTION_KERNELS(isa)  \
  namespace isa {                             \
  PLSTM_DECLARE_ATTENTION_KERNELS_FOR(float)  \
  PLSTM_DECLARE_ATTENTION_KERNELS_FOR(double) \
  }

PLSTM_DECLARE_ATTENTION_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_ATTENTION_KERNELS(isa_avx2)
PLSTM_DECLARE_ATTENTION_KERNELS(isa_avx512)
#endif

/// The hot functions of one instruction set.
template <class T>
struct AttentionKernels {
  void (*softmax)(std::ptrdiff_t, std::ptrdiff_t, T, T*, T*);
  void (*softmax_again)(std::ptrdiff_t, std::ptrdiff_t, T, T*, const T*);
  void (*softmax_backward)(std::ptrdiff_t, std::ptrdiff_t, T, const T*, T*);
};

/// Those of the instruction set in use.
template <class T>
const AttentionKernels<T>& attention_kernels();

}  // namespace plstm
