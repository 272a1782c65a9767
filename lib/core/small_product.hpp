#pragma once

#include <cstddef>

// Products of matrices of a few dozen rows, for hot files. Operands lie in the nearest cache, so they are neither
// packed nor cut into blocks.
namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

#if defined(__AVX512F__)
inline constexpr std::ptrdiff_t kVectorBytes = 64;
#elif defined(__AVX__)
inline constexpr std::ptrdiff_t kVectorBytes = 32;
#else
inline constexpr std::ptrdiff_t kVectorBytes = 16;
#endif

/// Elements in a vector register.
template <class T>
inline constexpr std::ptrdiff_t kLanes = kVectorBytes / static_cast<std::ptrdiff_t>(sizeof(T));

/// `size` rounded up to whole vectors.
template <class T>
constexpr std::ptrdiff_t padded(std::ptrdiff_t size) {
  return (size + kLanes<T> - 1) / kLanes<T> * kLanes<T>;
}

template <class T>
struct VectorOf {
  typedef T Type __attribute__((vector_size(kVectorBytes), aligned(alignof(T)), may_alias));
};

// A tile of Rows x (Vectors * kLanes) of the result, kept in registers over all of k. It is from + a * b, where
// `from` may be the result.
template <class T, int Rows, int Vectors>
inline void product_tile(std::ptrdiff_t k, const T* a, std::ptrdiff_t a_row, std::ptrdiff_t a_col,
                         const T* __restrict b, std::ptrdiff_t ldb, const T* from, std::ptrdiff_t from_stride,
                         T* c, std::ptrdiff_t ldc) {
  using Vector = typename VectorOf<T>::Type;
  Vector sums[Rows][Vectors];
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v)
      sums[r][v] = *reinterpret_cast<const Vector*>(from + r * from_stride + v * kLanes<T>);
  }
  for (std::ptrdiff_t p = 0; p < k; ++p) {
    Vector right[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v)
      right[v] = *reinterpret_cast<const Vector*>(b + p * ldb + v * kLanes<T>);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const T left = a[r * a_row + p * a_col];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sums[r][v] += left * right[v];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) *reinterpret_cast<Vector*>(c + r * ldc + v * kLanes<T>) = sums[r][v];
  }
}

template <class T, int Vectors>
inline void product_strip(std::ptrdiff_t m, std::ptrdiff_t k, const T* a, std::ptrdiff_t a_row,
                          std::ptrdiff_t a_col, const T* b, std::ptrdiff_t ldb, T* c, std::ptrdiff_t ldc) {
  static constexpr T kZeros[Vectors * kLanes<T>] = {};
  std::ptrdiff_t i = 0;
  const auto rows = [&]<int Rows>() {
    product_tile<T, Rows, Vectors>(k, a + i * a_row, a_row, a_col, b, ldb, kZeros, 0, c + i * ldc, ldc);
    i += Rows;
  };
  while (i + 4 <= m) rows.template operator()<4>();
  if (i + 2 <= m) rows.template operator()<2>();
  if (i + 1 <= m) rows.template operator()<1>();
}

/// c [m, n] = a [m, k] * b [k, n]; element (i, p) of `a` lies at a[i * a_row + p * a_col], so a transposed
/// factor costs nothing. n must be a multiple of kLanes; b and c are row-major with strides ldb and ldc.
template <class T>
inline void small_product(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const T* a,
                          std::ptrdiff_t a_row, std::ptrdiff_t a_col, const T* b, std::ptrdiff_t ldb, T* c,
                          std::ptrdiff_t ldc) {
  std::ptrdiff_t j = 0;
  for (; j + 3 * kLanes<T> <= n; j += 3 * kLanes<T>) {
    product_strip<T, 3>(m, k, a, a_row, a_col, b + j, ldb, c + j, ldc);
  }
  if (n - j == 2 * kLanes<T>) {
    product_strip<T, 2>(m, k, a, a_row, a_col, b + j, ldb, c + j, ldc);
  } else if (n - j == kLanes<T>) {
    product_strip<T, 1>(m, k, a, a_row, a_col, b + j, ldb, c + j, ldc);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
