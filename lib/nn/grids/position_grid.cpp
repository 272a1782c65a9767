#include "plstm/nn/grids/position_grid.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

constexpr int kTaps = 4;

// What makes one entry of an axis.
struct Taps {
  Index index[kTaps];
  double weight[kTaps];
};

double cubic(double distance) {
  constexpr double a = -0.75;
  const double t = std::abs(distance);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? a * (((t - 5) * t + 8) * t - 4) : 0;
}

template <class T>
const Taps* make_taps(Tape<T>& tape, Index from, Index to) {
  Taps* taps = tape.template keep<Taps>(to);
  for (Index i = 0; i < to; ++i) {
    new (taps + i) Taps;
    const double u =
        (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
    const auto first = static_cast<Index>(std::floor(u)) - 1;
    for (int k = 0; k < kTaps; ++k) {
      taps[i].index[k] = std::clamp<Index>(first + k, 0, from - 1);
      taps[i].weight[k] = cubic(u - static_cast<double>(first + k));
    }
  }
  return taps;
}

// Calls f(row of the result, row of the table, weight) for all pairs that belong together.
template <class F>
void for_each_tap(const Taps* along_x, const Taps* along_y, Index from_y, Index to_x, Index to_y,
                  const F& f) {
  for (Index x = 0; x < to_x; ++x) {
    for (Index y = 0; y < to_y; ++y) {
      for (int i = 0; i < kTaps; ++i) {
        for (int j = 0; j < kTaps; ++j) {
          f(x * to_y + y, along_x[x].index[i] * from_y + along_y[y].index[j],
            along_x[x].weight[i] * along_y[y].weight[j]);
        }
      }
    }
  }
}

}  // namespace

PositionGrid add_position_grid(ParameterLayout& layout, const std::string& name, Index size_x, Index size_y,
                               Index width, double deviation) {
  if (size_x < 1 || size_y < 1 || width < 1) {
    throw ConfigError(
        fmt::format("position grid: sizes {} x {} and width {} must be positive", size_x, size_y, width));
  }
  return {size_x, size_y, width,
          layout.add(name + ".embed", {1, size_x, size_y, width}, NormalInit{0, deviation}, false)};
}

template <class T>
Var<T> resize_grid(Tape<T>& tape, Var<T> table, Index from_x, Index from_y, Index to_x, Index to_y) {
  if (from_x < 1 || from_y < 1 || to_x < 1 || to_y < 1) {
    throw ShapeError(fmt::format("resize_grid: cannot make a grid of {} x {} from one of {} x {}", to_x, to_y,
                                 from_x, from_y));
  }
  check_shape("resize_grid", "table", {table.rows, table.cols}, {from_x * from_y, table.cols});
  const Taps* along_x = make_taps(tape, from_x, to_x);
  const Taps* along_y = make_taps(tape, from_y, to_y);
  const Index width = table.cols;
  const Var<T> y = tape.make(to_x * to_y, width);
  const LayerKernels<T>& k = layer_kernels<T>();
  std::fill_n(y.value, y.size(), T(0));
  for_each_tap(along_x, along_y, from_y, to_x, to_y, [&](Index to, Index from, double weight) {
    k.add_scaled_rows(width, static_cast<T>(weight), table.value + from * width, y.value + to * width);
  });
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (table.gradient == nullptr) return;
    T* dtable = tape.gradient(table);
    for_each_tap(along_x, along_y, from_y, to_x, to_y, [&](Index to, Index from, double weight) {
      k.add_scaled_rows(width, static_cast<T>(weight), dy + to * width, dtable + from * width);
    });
  });
  return y;
}

template <class T>
Var<T> add_positions(Tape<T>& tape, const PositionGrid& positions, Var<T> x, Index size_x, Index size_y) {
  if (size_x < 1 || size_y < 1 || x.rows % (size_x * size_y) != 0) {
    throw ShapeError(
        fmt::format("add_positions: x has {} rows, expected whole grids of {} x {}", x.rows, size_x, size_y));
  }
  check_shape("add_positions", "x", {x.rows, x.cols}, {x.rows, positions.width});
  Var<T> table = tape.parameter(positions.embed);
  table.rows = positions.size_x * positions.size_y;
  table.cols = positions.width;
  if (size_x != positions.size_x || size_y != positions.size_y) {
    table = resize_grid(tape, table, positions.size_x, positions.size_y, size_x, size_y);
  }
  const Var<T> y = tape.make(x.rows, x.cols);
  const LayerKernels<T>& k = layer_kernels<T>();
  for (Index i = 0; i < x.size(); i += table.size())
    k.sum(table.size(), x.value + i, table.value, y.value + i);
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (x.gradient != nullptr) {
      const auto [dx, store] = tape.gradient_to_write(x);
      k.scale(x.size(), T(1), dy, dx, store == Store::kAdd);
    }
    if (table.gradient == nullptr) return;
    T* dtable = tape.gradient(table);
    for (Index i = 0; i < x.size(); i += table.size()) k.add_scaled_rows(table.size(), T(1), dy + i, dtable);
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                                    \
  template Var<T> resize_grid<T>(Tape<T>&, Var<T>, Index, Index, Index, Index); \
  template Var<T> add_positions<T>(Tape<T>&, const PositionGrid&, Var<T>, Index, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
