#include "plstm/nn/shared/activation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"

namespace plstm {

template <class T>
Var<T> activate(Tape<T>& tape, ActivationKind kind, Var<T> x) {
  Var<T> y = tape.make(x.rows, x.cols);
  const LayerKernels<T>& k = layer_kernels<T>();
  for_entry_blocks(
      x.size(), [&](Index first, Index count) { k.activate(kind, count, x.value + first, y.value + first); });
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (x.gradient == nullptr) return;
    const auto dx = tape.gradient_to_write(x);
    for_entry_blocks(x.size(), [&](Index first, Index count) {
      k.activate_backward(kind, count, x.value + first, y.value + first, dy + first, dx.data + first,
                          dx.store == Store::kAdd);
    });
  });
  return y;
}

template <class T>
Var<T> gated_silu(Tape<T>& tape, Var<T> x) {
  if (x.cols % 2 != 0) {
    throw ShapeError(fmt::format("gated_silu: x has {} columns, expected an even number", x.cols));
  }
  const Index width = x.cols / 2;
  Var<T> y = tape.make(x.rows, width);
  T* gate = tape.template keep<T>(y.size());
  const LayerKernels<T>& k = layer_kernels<T>();
  for_row_blocks(x.rows, x.cols, [&](Index first, Index count) {
    for (Index row = first; row < first + count; ++row) {
      const T* a = x.value + row * x.cols;
      k.activate(ActivationKind::kSilu, width, a + width, gate + row * width);
      for (Index i = 0; i < width; ++i) y.value[row * width + i] = a[i] * gate[row * width + i];
    }
  });
  tape.on_backward(y, [=, &tape, &k](T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for_row_blocks(x.rows, x.cols, [&](Index first, Index count) {
      for (Index row = first; row < first + count; ++row) {
        const T* a = x.value + row * x.cols;
        T* da = dx + row * x.cols;
        T* d = dy + row * width;  // becomes the gradient of the gate
        for (Index i = 0; i < width; ++i) {
          da[i] += d[i] * gate[row * width + i];
          d[i] *= a[i];
        }
        k.activate_backward(ActivationKind::kSilu, width, a + width, gate + row * width, d, da + width, true);
      }
    });
  });
  return y;
}

template <class T>
Var<T> multiply_silu(Tape<T>& tape, Var<T> a, Var<T> b) {
  check_shape("multiply_silu", "b", {b.rows, b.cols}, {a.rows, a.cols});
  const LayerKernels<T>& k = layer_kernels<T>();
  T* gate = tape.template keep<T>(b.size());
  k.activate(ActivationKind::kSilu, b.size(), b.value, gate);
  Var<T> y = tape.make(a.rows, a.cols);
  std::copy_n(a.value, a.size(), y.value);
  k.multiply_by(y.size(), gate, y.value);
  tape.on_backward(y, [=, &tape, &k](T* dy) {
    if (a.gradient != nullptr) {
      T* da = tape.gradient(a);
      for (Index i = 0; i < a.size(); ++i) da[i] += dy[i] * gate[i];
    }
    if (b.gradient == nullptr) return;
    const auto [db, store] = tape.gradient_to_write(b);
    k.multiply_by(a.size(), a.value, dy);
    k.activate_backward(ActivationKind::kSilu, b.size(), b.value, gate, dy, db, store == Store::kAdd);
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                     \
  template Var<T> activate<T>(Tape<T>&, ActivationKind, Var<T>); \
  template Var<T> gated_silu<T>(Tape<T>&, Var<T>);               \
  template Var<T> multiply_silu<T>(Tape<T>&, Var<T>, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
