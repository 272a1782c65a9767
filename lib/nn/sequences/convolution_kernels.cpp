#include "nn/sequences/convolution_kernels.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
inline void add_product(std::ptrdiff_t width, const T* __restrict a, const T* __restrict b, T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < width; ++i) y[i] += a[i] * b[i];
}

template <class T>
void convolve(const Convolution<T>& call) {
  const auto [length, width, taps, weight, bias, x, y] = call;
  for (std::ptrdiff_t t = 0; t < length; ++t) {
    T* to = y + t * width;
    for (std::ptrdiff_t i = 0; i < width; ++i) to[i] = bias[i];
    for (std::ptrdiff_t j = 0; j < taps; ++j) {
      const std::ptrdiff_t from = t - (taps - 1 - j);
      if (from >= 0) add_product(width, weight + j * width, x + from * width, to);
    }
  }
}

template <class T>
void convolve_backward(const ConvolutionGradient<T>& call) {
  const auto [length, width, taps, weight, x, dy, dx, add, dweight] = call;
  for (std::ptrdiff_t t = 0; t < length; ++t) {
    if (dx != nullptr) {
      T* to = dx + t * width;
      if (!add) {
        for (std::ptrdiff_t i = 0; i < width; ++i) to[i] = 0;
      }
      for (std::ptrdiff_t j = 0; j < taps; ++j) {
        const std::ptrdiff_t from = t + (taps - 1 - j);
        if (from < length) add_product(width, weight + j * width, dy + from * width, to);
      }
    }
    if (dweight != nullptr) {
      for (std::ptrdiff_t j = 0; j < taps; ++j) {
        const std::ptrdiff_t from = t - (taps - 1 - j);
        if (from >= 0) add_product(width, dy + t * width, x + from * width, dweight + j * width);
      }
    }
  }
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
ConvolutionKernels<T> ConvolutionKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.convolve = isa::convolve<T>, .convolve_backward = isa::convolve_backward<T>};
}

template ConvolutionKernels<float> ConvolutionKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template ConvolutionKernels<double> ConvolutionKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
