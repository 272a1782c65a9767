#pragma once

#include <plstm/core/matrix.hpp>
#include <plstm/core/precision.hpp>

namespace plstm {

/// Whether a factor is read as it lies in memory or transposed.
enum class Transpose { kNo, kYes };

/// Whether a product replaces what the result held or adds to it.
enum class Store { kReplace, kAdd };

/// View of a row-major matrix inside a larger one: rows lie `stride` elements apart.
template <class T>
struct MatrixView {
  T* data = nullptr;
  Index rows = 0;
  Index cols = 0;
  Index stride = 0;
};

/// result [m, n] (+)= op(a) [m, k] * op(b) [k, n], one thread. With Store::kReplace every row may start from
/// `bias` [n] instead of zero. It is compiled for several instruction sets, and the best one that the processor
/// has is used. Bits are the same for every call with equal shapes on one machine. Throws ShapeError when the
/// shapes do not fit.
///
/// Precision::kBfloat16 has an effect on products of floats with n and k of at least 16. Smaller products
/// would not become faster and are made in float. bfloat16 products treat denormal numbers as zero. Throws
/// ConfigError under the conditions of check_precision.
template <class T>
void multiply(MatrixView<const T> a, Transpose transpose_a, MatrixView<const T> b, Transpose transpose_b,
              MatrixView<T> result, Store store, const T* bias = nullptr,
              Precision precision = Precision::kFloat);

/// to [cols, rows] = the transpose of from [rows, cols], both row-major without gaps. One thread.
template <class T>
void transpose(Index rows, Index cols, const T* from, T* to);

extern template void multiply<float>(MatrixView<const float>, Transpose, MatrixView<const float>, Transpose,
                                     MatrixView<float>, Store, const float*, Precision);
extern template void multiply<double>(MatrixView<const double>, Transpose, MatrixView<const double>,
                                      Transpose, MatrixView<double>, Store, const double*, Precision);

}  // namespace plstm
