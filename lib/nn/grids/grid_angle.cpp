#include "plstm/nn/grids/grid_angle.hpp"

#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/linear.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

template <class T>
Var<T> flow_angles(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias) {
  const Index groups = bias.size(), width = x.cols;
  check_size("flow_angles", "weight", weight.size(), groups * width);
  weight.rows = groups;
  weight.cols = width;
  weight.transposed = nullptr;
  const Var<T> z = linear(tape, x, weight);
  const Var<T> y = tape.make(x.rows, groups);
  const T factor = T(0.5) / static_cast<T>(width);
  const LayerKernels<T>& k = layer_kernels<T>();
  for (Index row = 0; row < y.rows; ++row) {
    for (Index g = 0; g < groups; ++g)
      y.value[row * groups + g] = bias.value[g] + factor * z.value[row * groups + g];
  }
  k.activate(ActivationKind::kSigmoid, y.size(), y.value, y.value);
  tape.on_backward(y, [=, &tape, &k](T* dy) {
    k.activate_backward(ActivationKind::kSigmoid, y.size(), y.value, y.value, dy, dy, false);
    if (bias.gradient != nullptr) k.add_column_sums(y.rows, groups, dy, tape.gradient(bias));
    if (z.gradient == nullptr) return;
    const auto [dz, store] = tape.gradient_to_write(z);
    k.scale(z.size(), factor, dy, dz, store == Store::kAdd);
  });
  return y;
}

template <class T>
Var<T> split_flow(Tape<T>& tape, Var<T> angle, Var<T> z, bool square) {
  const Index groups = angle.cols;
  if (groups == 0 || z.cols % groups != 0) {
    throw ShapeError(
        fmt::format("split_flow: z has {} columns, expected some for each of {} angles", z.cols, groups));
  }
  check_shape("split_flow", "z", {z.rows, z.cols}, {angle.rows, z.cols});
  const Index size = z.cols / groups;
  const auto side = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(size))));
  const Index ones = square ? side + 1 : 1;  // entries from one 1 to the next
  const Var<T> y = tape.make(z.rows, 2 * z.cols);
  for (Index row = 0; row < z.rows; ++row) {
    const T* a = angle.value + row * groups;
    const T* from = z.value + row * z.cols;
    T* right = y.value + row * y.cols;
    T* down = right + z.cols;
    if (size == 1) {
      for (Index g = 0; g < groups; ++g) {
        right[g] = a[g] * from[g];
        down[g] = T(1) - right[g];
      }
      continue;
    }
    for (Index i = 0; i < z.cols; ++i) {
      right[i] = a[i / size] * from[i];
      down[i] = (i % size % ones == 0 ? T(1) : T(0)) - right[i];
    }
  }
  tape.on_backward(y, [=, &tape](const T* dy) {
    T* dangle = angle.gradient != nullptr ? tape.gradient(angle) : nullptr;
    T* dz = z.gradient != nullptr ? tape.gradient(z) : nullptr;
    for (Index row = 0; row < z.rows; ++row) {
      const T* to_right = dy + row * y.cols;
      const T* to_down = to_right + z.cols;
      const T* a = angle.value + row * groups;
      const T* from = z.value + row * z.cols;
      if (size == 1 && dangle != nullptr && dz != nullptr) {
        T* __restrict da = dangle + row * groups;
        T* __restrict d = dz + row * groups;
        for (Index g = 0; g < groups; ++g) {
          const T change = to_right[g] - to_down[g];
          da[g] += change * from[g];
          d[g] += change * a[g];
        }
        continue;
      }
      for (Index i = 0; i < z.cols; ++i) {
        const T change = to_right[i] - to_down[i];
        if (dangle != nullptr) dangle[row * groups + i / size] += change * from[i];
        if (dz != nullptr) dz[row * z.cols + i] += change * a[i / size];
      }
    }
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                        \
  template Var<T> flow_angles<T>(Tape<T>&, Var<T>, Var<T>, Var<T>); \
  template Var<T> split_flow<T>(Tape<T>&, Var<T>, Var<T>, bool);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
