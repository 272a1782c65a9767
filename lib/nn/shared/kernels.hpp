#pragma once

#include <cstddef>

#include <plstm/nn/shared/activation_kind.hpp>

// Element-wise and row-wise loops of the layers, in the hot file layer_kernels.cpp (once per instruction
// set).
namespace plstm {

// activate            y = f(x)
// activate_backward   dx (+)= dy * f'(x): here and below `add` tells += from =
// gelu                y = gelu(z), and z becomes the derivative
// normalize           y = x / rms(x) * scale over groups of `width` entries; scale is [groups, width],
//                     group = row % groups; keeps 1 / rms in `inverse` [rows]
// normalize_backward  dx (+)= ..., dscale += ... (each may be null)
// standardize         the same with the mean taken off and a shift (layer norm, one group);
//                     keeps mean and 1 / std
// add_column_sums     sums [width] += sum over rows of y
// add_scaled_rows     y += factor * x
// scale               y (+)= factor * x
// sum                 y = a + b
// multiply_by         y *= x
// add_message         y += relu(target + source + edge)
// pass_message        d = dy where the message is positive, else 0
// add_scaled_heads    y_h += f_h x_h for `heads` groups of `width` entries
// head_dots           y_h = a_h . b_h, the same groups
// transpose           y [cols, rows] = x^T with x [rows, cols]
#define PLSTM_DECLARE_LAYER_KERNELS_FOR(T)                                                                \
  void activate(ActivationKind kind, std::ptrdiff_t size, const T* x, T* y);                              \
  void activate_backward(ActivationKind kind, std::ptrdiff_t size, const T* x, const T* y, const T* dy,   \
                         T* dx, bool add);                                                                \
  void gelu(std::ptrdiff_t size, T* z, T* y);                                                             \
  void normalize(std::ptrdiff_t rows, std::ptrdiff_t groups, std::ptrdiff_t width, T epsilon, const T* x, \
                 const T* scale, T* y, T* inverse);                                                       \
  void normalize_backward(std::ptrdiff_t rows, std::ptrdiff_t groups, std::ptrdiff_t width, const T* x,   \
                          const T* scale, const T* inverse, const T* dy, T* dx, bool add, T* dscale);     \
  void standardize(std::ptrdiff_t rows, std::ptrdiff_t width, T epsilon, const T* x, const T* scale,      \
                   const T* shift, T* y, T* mean, T* inverse);                                            \
  void standardize_backward(std::ptrdiff_t rows, std::ptrdiff_t width, const T* x, const T* scale,        \
                            const T* mean, const T* inverse, const T* dy, T* dx, bool add, T* dscale,     \
                            T* dshift);                                                                   \
  void add_column_sums(std::ptrdiff_t rows, std::ptrdiff_t width, const T* y, T* sums);                   \
  void add_scaled_rows(std::ptrdiff_t size, T factor, const T* x, T* y);                                  \
  void scale(std::ptrdiff_t size, T factor, const T* x, T* y, bool add);                                  \
  void sum(std::ptrdiff_t size, const T* a, const T* b, T* y);                                            \
  void multiply_by(std::ptrdiff_t size, const T* x, T* y);                                                \
  void add_message(std::ptrdiff_t size, const T* target, const T* source, const T* edge, T* y);           \
  void pass_message(std::ptrdiff_t size, const T* target, const T* source, const T* edge, const T* dy,    \
                    T* d);                                                                                \
  void add_scaled_heads(std::ptrdiff_t heads, std::ptrdiff_t width, const T* f, const T* x, T* y);        \
  void head_dots(std::ptrdiff_t heads, std::ptrdiff_t width, const T* a, const T* b, T* y);               \
  void transpose(std::ptrdiff_t rows, std::ptrdiff_t cols, const T* x, T* y);

#define PLSTM_DECLARE_LAYER_KERNELS(isa)  \
  namespace isa {                         \
  PLSTM_DECLARE_LAYER_KERNELS_FOR(float)  \
  PLSTM_DECLARE_LAYER_KERNELS_FOR(double) \
  }

PLSTM_DECLARE_LAYER_KERNELS(isa_baseline)
#if defined(PLSTM_DISPATCH)
PLSTM_DECLARE_LAYER_KERNELS(isa_avx2)
PLSTM_DECLARE_LAYER_KERNELS(isa_avx512)
#endif

/// The hot functions of one instruction set.
template <class T>
struct LayerKernels {
  void (*activate)(ActivationKind, std::ptrdiff_t, const T*, T*);
  void (*activate_backward)(ActivationKind, std::ptrdiff_t, const T*, const T*, const T*, T*, bool);
  void (*gelu)(std::ptrdiff_t, T*, T*);
  void (*normalize)(std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, T, const T*, const T*, T*, T*);
  void (*normalize_backward)(std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, const T*,
                             const T*, T*, bool, T*);
  void (*standardize)(std::ptrdiff_t, std::ptrdiff_t, T, const T*, const T*, const T*, T*, T*, T*);
  void (*standardize_backward)(std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, const T*, const T*,
                               const T*, T*, bool, T*, T*);
  void (*add_column_sums)(std::ptrdiff_t, std::ptrdiff_t, const T*, T*);
  void (*add_scaled_rows)(std::ptrdiff_t, T, const T*, T*);
  void (*scale)(std::ptrdiff_t, T, const T*, T*, bool);
  void (*sum)(std::ptrdiff_t, const T*, const T*, T*);
  void (*multiply_by)(std::ptrdiff_t, const T*, T*);
  void (*add_message)(std::ptrdiff_t, const T*, const T*, const T*, T*);
  void (*pass_message)(std::ptrdiff_t, const T*, const T*, const T*, const T*, T*);
  void (*add_scaled_heads)(std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, T*);
  void (*head_dots)(std::ptrdiff_t, std::ptrdiff_t, const T*, const T*, T*);
  void (*transpose)(std::ptrdiff_t, std::ptrdiff_t, const T*, T*);
};

/// Those of the instruction set in use.
template <class T>
const LayerKernels<T>& layer_kernels();

}  // namespace plstm
