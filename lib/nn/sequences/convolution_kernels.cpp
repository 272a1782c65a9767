#include "nn/tracking/tracking_kernels.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T>
inline void add_product(std::ptrdiff_t width, const T* __restrict a, const T* __restrict b, T* __restrict y) {
  for (std::ptrdiff_t i = 0; i < width; ++i) y[i] += a[i] * b[i];
}

template <class T>
void convolve_of(std::ptrdiff_t length, std::ptrdiff_t width, std::ptrdiff_t taps, const T* weight,
                 const T* bias, const T* x, T* y) {
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
void convolve_backward_of(std::ptrdiff_t length, std::ptrdiff_t width, std::ptrdiff_t taps, const T* weight,
                          const T* x, const T* dy, T* dx, bool add, T* dweight) {
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

#define PLSTM_DEFINE_CONVOLUTION_KERNELS(T)                                                                 \
  void convolve(std::ptrdiff_t length, std::ptrdiff_t width, std::ptrdiff_t taps, const T* weight,          \
                const T* bias, const T* x, T* y) {                                                          \
    convolve_of<T>(length, width, taps, weight, bias, x, y);                                                \
  }                                                                                                         \
  void convolve_backward(std::ptrdiff_t length, std::ptrdiff_t width, std::ptrdiff_t taps, const T* weight, \
                         const T* x, const T* dy, T* dx, bool add, T* dweight) {                            \
    convolve_backward_of<T>(length, width, taps, weight, x, dy, dx, add, dweight);                          \
  }

PLSTM_DEFINE_CONVOLUTION_KERNELS(float)
PLSTM_DEFINE_CONVOLUTION_KERNELS(double)

}  // namespace plstm::PLSTM_ISA_NAMESPACE
