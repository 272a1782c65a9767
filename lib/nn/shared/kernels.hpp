#pragma once

#include <cstddef>

#include <plstm/nn/shared/activation_kind.hpp>

#include "core/dispatch.hpp"

// The table of the hot file layer_kernels.cpp, see core/isa.hpp: element-wise and row-wise loops of the layers. Where
// a kernel takes `add`, it adds to its result if that is true, and replaces it otherwise.
namespace plstm {

/// y = x / rms(x) * scale over groups of `width` entries; the group of a row is row % groups.
template <class T>
struct RmsNormCall {
  std::ptrdiff_t rows, groups, width;
  T epsilon;
  const T* x;      ///< [rows, width]
  const T* scale;  ///< [groups, width]
  T* y;
  T* inverse;  ///< [rows] 1 / rms, for the gradient
};

template <class T>
struct RmsNormGradientCall {
  std::ptrdiff_t rows, groups, width;
  const T *x, *scale, *inverse, *dy;
  T* dx;  ///< may be null
  bool add;
  T* dscale;  ///< added to; may be null
};

/// y = (x - mean(x)) / deviation(x) * scale + shift over each row.
template <class T>
struct LayerNormCall {
  std::ptrdiff_t rows, width;
  T epsilon;
  const T* x;              ///< [rows, width]
  const T *scale, *shift;  ///< [width]
  T* y;
  T *mean, *inverse;  ///< [rows] mean and 1 / deviation, for the gradient
};

template <class T>
struct LayerNormGradientCall {
  std::ptrdiff_t rows, width;
  const T *x, *scale, *mean, *inverse, *dy;
  T* dx;  ///< may be null
  bool add;
  T *dscale, *dshift;  ///< added to; may be null
};

template <class T>
struct LayerKernels {
  void (*activate)(ActivationKind kind, std::ptrdiff_t size, const T* x, T* y);  ///< y = f(x)
  /// dx (+)= dy * f'(x)
  void (*activate_backward)(ActivationKind kind, std::ptrdiff_t size, const T* x, const T* y, const T* dy,
                            T* dx, bool add);
  void (*gelu)(std::ptrdiff_t size, T* z, T* y);  ///< y = gelu(z), and z becomes the derivative

  void (*normalize)(const RmsNormCall<T>& call);
  void (*normalize_backward)(const RmsNormGradientCall<T>& call);
  void (*standardize)(const LayerNormCall<T>& call);
  void (*standardize_backward)(const LayerNormGradientCall<T>& call);

  /// sums [width] += the sum over the rows of y
  void (*add_column_sums)(std::ptrdiff_t rows, std::ptrdiff_t width, const T* y, T* sums);
  void (*add_scaled_rows)(std::ptrdiff_t size, T factor, const T* x, T* y);  ///< y += factor * x
  void (*scale)(std::ptrdiff_t size, T factor, const T* x, T* y, bool add);  ///< y (+)= factor * x
  void (*sum)(std::ptrdiff_t size, const T* a, const T* b, T* y);            ///< y = a + b
  void (*multiply_by)(std::ptrdiff_t size, const T* x, T* y);                ///< y *= x
  void (*add_products)(std::ptrdiff_t size, const T* a, const T* b, T* y);   ///< y += a * b

  /// y += relu(target + source + edge)
  void (*add_message)(std::ptrdiff_t size, const T* target, const T* source, const T* edge, T* y);
  /// d = dy where the message is positive, else 0
  void (*pass_message)(std::ptrdiff_t size, const T* target, const T* source, const T* edge, const T* dy,
                       T* d);

  /// y_h += f_h x_h for `heads` groups of `width` entries
  void (*add_scaled_heads)(std::ptrdiff_t heads, std::ptrdiff_t width, const T* f, const T* x, T* y);
  /// y_h = a_h . b_h for the same groups
  void (*head_dots)(std::ptrdiff_t heads, std::ptrdiff_t width, const T* a, const T* b, T* y);

  template <class Isa>
  static LayerKernels make();
};

template <class T>
const LayerKernels<T>& layer_kernels() {
  return kernels<LayerKernels<T>>();
}

}  // namespace plstm
