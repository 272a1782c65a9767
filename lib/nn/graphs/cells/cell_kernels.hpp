#pragma once

#include <cstddef>

#include "core/dispatch.hpp"

// The table of the hot file cell_kernels.cpp: what recurrent cells do with the gates of one node, D columns each. Gates
// become their values in place, and on the way back the gradients of what they are made from.
namespace plstm {

/// r = sigma(x_r + g_r), z = sigma(x_z + g_z), u = g_u + bias, n = tanh(x_n + r u), h = n + z (m - n).
template <class T>
struct GruCall {
  std::ptrdiff_t width;
  const T* x;     ///< [x_r, x_z, x_n]
  const T* bias;  ///< of u
  const T* m;
  T* gates;      ///< [g_r, g_z, g_u]; becomes [r, z, u]
  T* candidate;  ///< n
  T* h;
};

template <class T>
struct GruGradientCall {
  std::ptrdiff_t width;
  const T *m, *candidate, *dh;
  T* gates;  ///< [r, z, u]; becomes their gradients, those of r and z before sigma
  T* dx;     ///< replaced
  T* dm;     ///< replaced by what h takes from m directly
};

/// i = sigma(x_i + g_i), o = sigma(x_o + g_o), g = tanh(x_g + g_g), t = tanh(c), h = o t, where c + i g takes the place
/// of c.
template <class T>
struct TreeLstmCall {
  std::ptrdiff_t width;
  const T* x;  ///< [x_i, x_o, x_g]
  T* gates;    ///< [g_i, g_o, g_g]; becomes [i, o, g]
  T *c, *t, *h;
};

template <class T>
struct TreeLstmGradientCall {
  std::ptrdiff_t width;
  const T *t, *dh;
  T* dc;     ///< of c from elsewhere; what comes through h is added
  T* gates;  ///< [i, o, g]; becomes the gradients before sigma and tanh
  T* dx;     ///< replaced by the same
};

template <class T>
struct CellKernels {
  void (*gru)(const GruCall<T>& call);
  void (*gru_backward)(const GruGradientCall<T>& call);
  void (*tree_lstm)(const TreeLstmCall<T>& call);
  void (*tree_lstm_backward)(const TreeLstmGradientCall<T>& call);

  /// f = sigma(x + q), c += f * from
  void (*forget)(std::ptrdiff_t width, const T* x, const T* q, const T* from, T* f, T* c);
  /// dfrom = dc f, dq = dc from f (1 - f), dx += dq
  void (*forget_backward)(std::ptrdiff_t width, const T* f, const T* from, const T* dc, T* dfrom, T* dq,
                          T* dx);

  /// a = sigma(a + bias), y = a b
  void (*gate)(std::ptrdiff_t width, const T* bias, const T* b, T* a, T* y);
  /// a becomes the gradient before sigma, b its own
  void (*gate_backward)(std::ptrdiff_t width, const T* dy, T* a, T* b);

  /// best = max(best, source + weight)
  void (*larger)(std::ptrdiff_t width, const T* source, const T* weight, T* best);
  /// d = left where source + weight is the best, else 0; left -= d
  void (*larger_backward)(std::ptrdiff_t width, const T* source, const T* weight, const T* best, T* left,
                          T* d);

  template <class Isa>
  static CellKernels make();
};

template <class T>
const CellKernels<T>& cell_kernels() {
  return kernels<CellKernels<T>>();
}

}  // namespace plstm
