#include "nn/shared/attention_kernels.hpp"

#include "nn/shared/exponential.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
void softmax(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, T* x, T* extremes) {
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    T* __restrict y = x + row * cols;
    T most = scale * y[0];
#pragma omp simd reduction(max : most)
    for (std::ptrdiff_t i = 0; i < cols; ++i) most = scale * y[i] > most ? scale * y[i] : most;
    for (std::ptrdiff_t i = 0; i < cols; ++i) y[i] = exponential(scale * y[i] - most);
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::ptrdiff_t i = 0; i < cols; ++i) sum += y[i];
    const T inverse = T(1) / sum;
    for (std::ptrdiff_t i = 0; i < cols; ++i) y[i] *= inverse;
    extremes[2 * row] = most;
    extremes[2 * row + 1] = inverse;
  }
}

template <class T>
void softmax_again(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, T* x, const T* extremes) {
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    T* __restrict y = x + row * cols;
    const T most = extremes[2 * row], inverse = extremes[2 * row + 1];
    for (std::ptrdiff_t i = 0; i < cols; ++i) y[i] = exponential(scale * y[i] - most) * inverse;
  }
}

template <class T>
void softmax_backward(std::ptrdiff_t rows, std::ptrdiff_t cols, T scale, const T* y, T* dy) {
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    const T* __restrict from = y + row * cols;
    T* __restrict to = dy + row * cols;
    T along = 0;
#pragma omp simd reduction(+ : along)
    for (std::ptrdiff_t i = 0; i < cols; ++i) along += from[i] * to[i];
    for (std::ptrdiff_t i = 0; i < cols; ++i) to[i] = scale * from[i] * (to[i] - along);
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
AttentionKernels<T> AttentionKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.softmax = isa::softmax<T>,
          .softmax_again = isa::softmax_again<T>,
          .softmax_backward = isa::softmax_backward<T>};
}

template AttentionKernels<float> AttentionKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template AttentionKernels<double> AttentionKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
