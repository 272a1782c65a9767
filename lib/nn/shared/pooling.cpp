#include "plstm/nn/shared/pooling.hpp"

#include <algorithm>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

template <class T>
Var<T> pool_maximum(Tape<T>& tape, Var<T> x, const std::int32_t* offsets, Index segments) {
  Var<T> y = tape.make(segments, x.cols);
  auto* winners = tape.template keep<std::int32_t>(y.size());
  for (Index g = 0; g < segments; ++g) {
    for (Index i = 0; i < x.cols; ++i) {
      std::int32_t winner = -1;
      for (std::int32_t row = offsets[g]; row < offsets[g + 1]; ++row) {
        if (winner < 0 || x.value[row * x.cols + i] > x.value[winner * x.cols + i]) winner = row;
      }
      winners[g * x.cols + i] = winner;
      y.value[g * x.cols + i] = winner < 0 ? T(0) : x.value[winner * x.cols + i];
    }
  }
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for (Index k = 0; k < y.size(); ++k) {
      if (winners[k] >= 0) dx[winners[k] * x.cols + k % x.cols] += dy[k];
    }
  });
  return y;
}

}  // namespace

template <class T>
Var<T> pool_segments(Tape<T>& tape, Var<T> x, const std::int32_t* offsets, Index segments, Pooling pooling) {
  check_shape("pool_segments", "x", {x.rows, x.cols}, {offsets[segments], x.cols});
  if (pooling == Pooling::kSinks || pooling == Pooling::kSources || pooling == Pooling::kAttention) {
    throw ConfigError("pool_segments: takes mean, sum, scaled_sum or max; pool_nodes takes the others");
  }
  if (pooling == Pooling::kMax) return pool_maximum(tape, x, offsets, segments);
  const auto factor = [offsets, pooling](Index g) {
    if (pooling == Pooling::kSum) return T(1);
    if (pooling == Pooling::kScaledSum) return T(1) / 16;
    return T(1) / static_cast<T>(std::max(1, offsets[g + 1] - offsets[g]));
  };
  Var<T> y = tape.make(segments, x.cols);
  const LayerKernels<T>& k = layer_kernels<T>();
  std::fill_n(y.value, y.size(), T(0));
  for (Index g = 0; g < segments; ++g) {
    for (std::int32_t row = offsets[g]; row < offsets[g + 1]; ++row) {
      k.add_scaled_rows(x.cols, factor(g), x.value + row * x.cols, y.value + g * x.cols);
    }
  }
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for (Index g = 0; g < segments; ++g) {
      for (std::int32_t row = offsets[g]; row < offsets[g + 1]; ++row) {
        k.add_scaled_rows(x.cols, factor(g), dy + g * x.cols, dx + row * x.cols);
      }
    }
  });
  return y;
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> pool_segments<T>(Tape<T>&, Var<T>, const std::int32_t*, Index, Pooling);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
