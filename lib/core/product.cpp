#include "plstm/core/product.hpp"

#include <cassert>
#include <type_traits>

#include <plstm/core/shape.hpp>

#include "core/bfloat16_product.hpp"
#include "core/dispatch.hpp"
#include "core/product_kernels.hpp"

namespace plstm {

namespace {

struct Kernels {
  decltype(&isa_baseline::multiply_f32) f32;
  decltype(&isa_baseline::multiply_f64) f64;
};

#define PLSTM_PRODUCT_KERNELS_OF(isa)    \
  Kernels {                              \
    isa::multiply_f32, isa::multiply_f64 \
  }

}  // namespace

template <class T>
void multiply(MatrixView<const T> a, Transpose transpose_a, MatrixView<const T> b, Transpose transpose_b,
              MatrixView<T> result, Store store, const T* bias, Precision precision) {
  static const Kernels kernels = PLSTM_FASTEST(PLSTM_PRODUCT_KERNELS_OF);
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
    kernels.f32(call);
  } else {
    kernels.f64(call);
  }
}

template void multiply<float>(MatrixView<const float>, Transpose, MatrixView<const float>, Transpose,
                              MatrixView<float>, Store, const float*, Precision);
template void multiply<double>(MatrixView<const double>, Transpose, MatrixView<const double>, Transpose,
                               MatrixView<double>, Store, const double*, Precision);

}  // namespace plstm
