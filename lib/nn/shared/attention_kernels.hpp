#pragma once

#include <cstddef>

#include "core/isa.hpp"

// The table of the hot file attention_kernels.cpp, see core/isa.hpp: softmax over the rows of x [rows, cols].
namespace plstm {

template <class T>
struct AttentionKernels {
  /// A row of x becomes exp(scale x - m) / s. Here m is the maximum of scale x over the row and s the sum of the
  /// exponentials. m and 1 / s of each row are kept side by side in `extremes` [rows, 2].
  void (*softmax)(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, T* x, T* extremes);

  /// The same bits again, from `extremes`.
  void (*softmax_again)(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, T* x, const T* extremes);

  /// dy, the gradient of y = softmax(scale x), becomes that of x: scale y (dy - y . dy).
  void (*softmax_backward)(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, const T* y, T* dy);

  template <class Isa>
  static AttentionKernels make();
};

}  // namespace plstm
