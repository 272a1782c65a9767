// Compiled once per instruction set. Eigen's templates would be merged by the linker across the variants, and
// a processor could then meet instructions that it lacks; so each variant has its own copy of the whole
// namespace.
#define PLSTM_PASTE_(a, b) a##b
#define PLSTM_PASTE(a, b) PLSTM_PASTE_(a, b)
#define Eigen PLSTM_PASTE(eigen_, PLSTM_ISA_NAMESPACE)
#define EIGEN_DONT_PARALLELIZE
#define EIGEN_NO_DEBUG
#include "core/product_kernels.hpp"

#include <Eigen/Core>

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
using Rows = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>,
                        Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using MutableRows = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>,
                               Eigen::Unaligned, Eigen::OuterStride<>>;

template <class A, class B, class C>
void store(const A& a, const B& b, C& c, bool add) {
  if (add) {
    c.noalias() += a * b;
  } else {
    c.noalias() = a * b;
  }
}

template <class T>
void multiply(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const T* a, std::ptrdiff_t lda,
              bool transpose_a, const T* b, std::ptrdiff_t ldb, bool transpose_b, T* c, std::ptrdiff_t ldc,
              bool add) {
  using Stride = Eigen::OuterStride<>;
  MutableRows<T> result(c, m, n, Stride(ldc));
  const Rows<T> left(a, transpose_a ? k : m, transpose_a ? m : k, Stride(lda));
  const Rows<T> right(b, transpose_b ? n : k, transpose_b ? k : n, Stride(ldb));
  if (transpose_a) {
    if (transpose_b) {
      store(left.transpose(), right.transpose(), result, add);
    } else {
      store(left.transpose(), right, result, add);
    }
  } else if (transpose_b) {
    store(left, right.transpose(), result, add);
  } else {
    store(left, right, result, add);
  }
}

}  // namespace

void multiply_f32(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const float* a, std::ptrdiff_t lda,
                  bool transpose_a, const float* b, std::ptrdiff_t ldb, bool transpose_b, float* c,
                  std::ptrdiff_t ldc, bool add) {
  multiply(m, n, k, a, lda, transpose_a, b, ldb, transpose_b, c, ldc, add);
}

void multiply_f64(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const double* a, std::ptrdiff_t lda,
                  bool transpose_a, const double* b, std::ptrdiff_t ldb, bool transpose_b, double* c,
                  std::ptrdiff_t ldc, bool add) {
  multiply(m, n, k, a, lda, transpose_a, b, ldb, transpose_b, c, ldc, add);
}

}  // namespace plstm::PLSTM_ISA_NAMESPACE
