#pragma once

#include <cstddef>

#include "core/isa.hpp"

// The table of the hot file product_kernels.cpp. Plain data only: nothing here may instantiate a template that other
// files share.
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
  const T* bias;  ///< [n], the start of every row of c; null: zero. Must be null with `add`.
};

template <class T>
struct ProductKernels {
  void (*multiply)(const ProductCall<T>& call);
  void (*transpose)(std::ptrdiff_t rows, std::ptrdiff_t cols, const T* x, T* y);  ///< y [cols, rows] = x^T

  template <class Isa>
  static ProductKernels make();
};

}  // namespace plstm
