#include "plstm/nn/shared/softmax.hpp"

#include <algorithm>

#include <plstm/core/product.hpp>

#include "core/dispatch.hpp"
#include "nn/shared/attention_kernels.hpp"
#include "nn/shared/kernels.hpp"
#include "nn/shared/segments.hpp"

namespace plstm {

template <class T>
Var<T> softmax(Tape<T>& tape, Var<T> x) {
  const AttentionKernels<T>& k = kernels<AttentionKernels<T>>();
  const Var<T> y = tape.make(x.rows, x.cols);
  std::copy_n(x.value, x.size(), y.value);
  if (y.size() == 0) return y;
  k.softmax(y.rows, y.cols, T(1), y.value, tape.template keep<T>(2 * y.rows));
  tape.on_backward(y, [=, &tape, &k](T* dy) {
    if (x.gradient == nullptr) return;
    k.softmax_backward(y.rows, y.cols, T(1), y.value, dy);
    const auto [dx, store] = tape.gradient_to_write(x);
    layer_kernels<T>().scale(x.size(), T(1), dy, dx, store == Store::kAdd);
  });
  return y;
}

// The kernels work on rows, so each segment [rows, cols] is transposed on the way in and out.
template <class T>
Var<T> softmax_segments(Tape<T>& tape, Var<T> x, std::span<const std::int32_t> offsets) {
  check_segments("softmax_segments", offsets, x.rows);
  const AttentionKernels<T>& k = kernels<AttentionKernels<T>>();
  const Index cols = x.cols;
  const Var<T> y = tape.make(x.rows, cols);
  if (y.size() == 0) return y;
  Index longest = 0;
  for (std::size_t s = 0; s + 1 < offsets.size(); ++s)
    longest = std::max<Index>(longest, offsets[s + 1] - offsets[s]);
  T* turned = tape.template keep<T>(longest * cols);
  T* extremes = tape.template keep<T>(2 * cols);
  for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
    const Index first = offsets[s] * cols, rows = offsets[s + 1] - offsets[s];
    if (rows == 0) continue;
    transpose(rows, cols, x.value + first, turned);
    k.softmax(cols, rows, T(1), turned, extremes);
    transpose(cols, rows, turned, y.value + first);
  }
  T* gradient = tape.records() ? tape.template keep<T>(longest * cols) : nullptr;
  tape.on_backward(y, [=, &tape, &k](T* dy) {
    if (x.gradient == nullptr) return;
    for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
      const Index first = offsets[s] * cols, rows = offsets[s + 1] - offsets[s];
      if (rows == 0) continue;
      transpose(rows, cols, y.value + first, turned);
      transpose(rows, cols, dy + first, gradient);
      k.softmax_backward(cols, rows, T(1), turned, gradient);
      transpose(cols, rows, gradient, dy + first);
    }
    const auto [dx, store] = tape.gradient_to_write(x);
    layer_kernels<T>().scale(x.size(), T(1), dy, dx, store == Store::kAdd);
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                    \
  template Var<T> softmax<T>(Tape<T>&, Var<T>); \
  template Var<T> softmax_segments<T>(Tape<T>&, Var<T>, std::span<const std::int32_t>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
