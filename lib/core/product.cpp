#include "plstm/core/product.hpp"

#include <cassert>
#include <type_traits>

#include <plstm/core/shape.hpp>

#include "core/bfloat16_product.hpp"
#include "core/dispatch.hpp"
#include "core/product_kernels.hpp"

namespace plstm {

template <class T>
void multiply(MatrixView<const T> a, Transpose transpose_a, MatrixView<const T> b, Transpose transpose_b,
              MatrixView<T> result, Store store, const T* bias, Precision precision) {
  const bool ta = transpose_a == Transpose::kYes;
  const bool tb = transpose_b == Transpose::kYes;
  const Index m = ta ? a.cols : a.rows;
  const Index k = ta ? a.rows : a.cols;
  const Index n = tb ? b.rows : b.cols;
  check_shape("multiply", "b", {tb ? b.cols : b.rows}, {k});
  check_shape("multiply", "result", {result.rows, result.cols}, {m, n});
  check_precision(precision);
  if (m == 0 || n == 0) return;
  assert(bias == nullptr || store == Store::kReplace);
  const ProductCall<T> call{m,      n,        k,  a.data,      a.stride,      ta,
                            b.data, b.stride, tb, result.data, result.stride, store == Store::kAdd,
                            bias};
  if constexpr (std::is_same_v<T, float>) {
    if (precision == Precision::kBfloat16 && n >= kLeastBfloat16Size && k >= kLeastBfloat16Size) {
      return multiply_bfloat16(call);
    }
  }
  kernels<ProductKernels<T>>().multiply(call);
}

template <class T>
void transpose(Index rows, Index cols, const T* from, T* to) {
  kernels<ProductKernels<T>>().transpose(rows, cols, from, to);
}

template void transpose<float>(Index, Index, const float*, float*);
template void transpose<double>(Index, Index, const double*, double*);

template void multiply<float>(MatrixView<const float>, Transpose, MatrixView<const float>, Transpose,
                              MatrixView<float>, Store, const float*, Precision);
template void multiply<double>(MatrixView<const double>, Transpose, MatrixView<const double>, Transpose,
                               MatrixView<double>, Store, const double*, Precision);

}  // namespace plstm
