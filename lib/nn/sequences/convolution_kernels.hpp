#pragma once

#include <cstddef>

#include "core/isa.hpp"

// The table of the hot file convolution_kernels.cpp, see core/isa.hpp.
namespace plstm {

/// y[t, d] = bias[d] + sum over j of weight[j, d] x[t - (taps - 1 - j), d] within one sequence; steps before the first
/// count as zero.
template <class T>
struct Convolution {
  std::ptrdiff_t length, width, taps;
  const T* weight;  ///< [taps, width]
  const T* bias;    ///< [width]
  const T* x;       ///< [length, width]
  T* y;
};

template <class T>
struct ConvolutionGradient {
  std::ptrdiff_t length, width, taps;
  const T *weight, *x, *dy;
  T* dx;  ///< may be null
  bool add;
  T* dweight;  ///< [taps, width], added to; may be null
};

template <class T>
struct ConvolutionKernels {
  void (*convolve)(const Convolution<T>& call);
  void (*convolve_backward)(
      const ConvolutionGradient<T>& call);  ///< dx is added to if `add`, replaced otherwise

  template <class Isa>
  static ConvolutionKernels make();
};

}  // namespace plstm
