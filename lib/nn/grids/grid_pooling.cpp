#include "plstm/nn/grids/grid_pooling.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/pooling.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

constexpr Index kMostNodes = 4;

// What one row per grid is made of, where all nodes count.
std::optional<Pooling> pooling_of_all(GridPooling pooling) {
  if (pooling == GridPooling::kMean) return Pooling::kMean;
  if (pooling == GridPooling::kSum) return Pooling::kSum;
  if (pooling == GridPooling::kMax) return Pooling::kMax;
  return std::nullopt;
}

// The nodes that are kept, one after the other.
struct Kept {
  std::array<Index, kMostNodes> nodes = {};
  Index count = 1;
};

Kept kept_nodes(GridPooling pooling, Index size_x, Index size_y) {
  const Index last = size_x * size_y - 1;
  if (pooling == GridPooling::kCorners) return {{0, (size_x - 1) * size_y, size_y - 1, last}, 4};
  if (pooling == GridPooling::kCentre) return {{size_x / 2 * size_y + size_y / 2}};
  return {};
}

}  // namespace

Index pooled_width(GridPooling pooling, Index width) {
  return pooling == GridPooling::kCorners ? kMostNodes * width : width;
}

template <class T>
Var<T> pool_grid(Tape<T>& tape, Var<T> x, Index size_x, Index size_y, GridPooling pooling) {
  const Index nodes = size_x * size_y;
  if (size_x < 1 || size_y < 1 || x.rows % nodes != 0) {
    throw ShapeError(
        fmt::format("pool_grid: x has {} rows, expected whole grids of {} x {}", x.rows, size_x, size_y));
  }
  const Index grids = x.rows / nodes;
  if (const auto kind = pooling_of_all(pooling)) {
    auto* offsets = tape.template keep<std::int32_t>(grids + 1);
    for (Index b = 0; b <= grids; ++b) offsets[b] = static_cast<std::int32_t>(b * nodes);
    return pool_segments(tape, x, offsets, grids, *kind);
  }
  const Kept kept = kept_nodes(pooling, size_x, size_y);
  const Index width = x.cols;
  const Var<T> y = tape.make(grids, kept.count * width);
  // Calls f(entry of the result, entry of x), `width` entries each.
  const auto for_each_row = [=](const auto& f) {
    for (Index i = 0; i < grids * kept.count; ++i) {
      const Index node = kept.nodes[static_cast<std::size_t>(i % kept.count)];
      f(i * width, (i / kept.count * nodes + node) * width);
    }
  };
  for_each_row([&](Index to, Index from) { std::copy_n(x.value + from, width, y.value + to); });
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (x.gradient == nullptr) return;
    T* dx = tape.gradient(x);
    for_each_row(
        [&](Index to, Index from) { layer_kernels<T>().add_scaled_rows(width, T(1), dy + to, dx + from); });
  });
  return y;
}

#define PLSTM_INSTANTIATE(T) template Var<T> pool_grid<T>(Tape<T>&, Var<T>, Index, Index, GridPooling);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
