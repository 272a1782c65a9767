#include "plstm/nn/shared/norm.hpp"

#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"
#include "nn/shared/row_blocks.hpp"

namespace plstm {

namespace {

template <class T>
Var<T> normalize_groups(Tape<T>& tape, Var<T> x, Var<T> scale, double epsilon) {
  const Index groups = scale.rows;
  const Index width = scale.cols;
  Var<T> y = tape.make(x.rows, x.cols);
  T* inverse = tape.template keep<T>(x.rows * groups);
  const LayerKernels<T>& k = layer_kernels<T>();
  for_row_blocks(x.rows, x.cols, [&](Index first, Index count) {
    k.normalize({count * groups, groups, width, static_cast<T>(epsilon), x.value + first * x.cols,
                 scale.value, y.value + first * x.cols, inverse + first * groups});
  });
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    const auto dx = x.gradient != nullptr ? tape.gradient_to_write(x) : GradientPlace<T>{};
    T* const dscale = scale.gradient != nullptr ? tape.gradient(scale) : nullptr;
    add_sums_of_rows(tape, x.rows, dscale != nullptr ? scale.size() : 0, dscale,
                     [=, &k](Index first, Index count, T* sums) {
                       const Index at = first * x.cols;
                       k.normalize_backward({count * groups, groups, width, x.value + at, scale.value,
                                             inverse + first * groups, dy + at,
                                             dx.data != nullptr ? dx.data + at : nullptr,
                                             dx.store == Store::kAdd, dscale != nullptr ? sums : nullptr});
                     });
  });
  return y;
}

}  // namespace

template <class T>
Var<T> rms_norm(Tape<T>& tape, Var<T> x, Var<T> scale, double epsilon) {
  check_shape("rms_norm", "scale", {scale.rows, scale.cols}, {1, x.cols});
  return normalize_groups(tape, x, scale, epsilon);
}

template <class T>
Var<T> head_rms_norm(Tape<T>& tape, Var<T> x, Var<T> scale, double epsilon) {
  check_size("head_rms_norm", "scale", scale.size(), x.cols);
  return normalize_groups(tape, x, scale, epsilon);
}

template <class T>
Var<T> layer_norm(Tape<T>& tape, Var<T> x, Var<T> scale, Var<T> shift, double epsilon) {
  check_shape("layer_norm", "scale", {scale.rows, scale.cols}, {1, x.cols});
  check_shape("layer_norm", "shift", {shift.rows, shift.cols}, {1, x.cols});
  Var<T> y = tape.make(x.rows, x.cols);
  T* mean = tape.template keep<T>(x.rows);
  T* inverse = tape.template keep<T>(x.rows);
  const LayerKernels<T>& k = layer_kernels<T>();
  k.standardize(
      {x.rows, x.cols, static_cast<T>(epsilon), x.value, scale.value, shift.value, y.value, mean, inverse});
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    const auto [dx, store] = x.gradient != nullptr ? tape.gradient_to_write(x) : GradientPlace<T>{};
    k.standardize_backward({x.rows, x.cols, x.value, scale.value, mean, inverse, dy, dx, store == Store::kAdd,
                            scale.gradient != nullptr ? tape.gradient(scale) : nullptr,
                            shift.gradient != nullptr ? tape.gradient(shift) : nullptr});
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                          \
  template Var<T> rms_norm<T>(Tape<T>&, Var<T>, Var<T>, double);      \
  template Var<T> head_rms_norm<T>(Tape<T>&, Var<T>, Var<T>, double); \
  template Var<T> layer_norm<T>(Tape<T>&, Var<T>, Var<T>, Var<T>, double);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
