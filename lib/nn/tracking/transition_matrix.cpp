#include "plstm/nn/tracking/transition_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "core/dispatch.hpp"
#include "nn/tracking/spectral_radius.hpp"
#include "nn/tracking/transition_kernels.hpp"

namespace plstm {

namespace {

// Norms that no eigenvalue exceeds: of the rows, the columns, and all entries.
template <class T>
bool surely_at_most_one(Index n, const T* a) {
  double squares = 0;
  double row_max = 0;
  double column_max = 0;
  for (Index i = 0; i < n; ++i) {
    double row = 0;
    double column = 0;
    for (Index j = 0; j < n; ++j) {
      const auto entry = static_cast<double>(a[i * n + j]);
      squares += entry * entry;
      row += std::abs(entry);
      column += std::abs(static_cast<double>(a[j * n + i]));
    }
    row_max = std::max(row_max, row);
    column_max = std::max(column_max, column);
  }
  return std::min({squares, row_max, column_max}) <= 1;
}

// y = a / max(1, r), r the spectral radius; with dy also da (+)= dy / r - (dy . a) / r^2 dr/da.
template <class T>
class EigenvalueLimit {
 public:
  EigenvalueLimit(Tape<T>& tape, Index n)
      : n_(n), matrix_(tape.template keep<double>(n * n)), slope_(tape.template keep<double>(n * n)) {}

  T forward(const T* a, T* y) const {
    double radius = 1;
    if (!surely_at_most_one(n_, a)) {
      std::copy_n(a, n_ * n_, matrix_);
      radius = std::max(1.0, spectral_radius(n_, matrix_, nullptr));
    }
    for (Index e = 0; e < n_ * n_; ++e) y[e] = static_cast<T>(static_cast<double>(a[e]) / radius);
    return static_cast<T>(radius);
  }

  void backward(const T* a, T radius, const T* dy, T* da, bool add) const {
    double along = 0;
    double factor = 1;
    if (radius > T(1)) {
      std::copy_n(a, n_ * n_, matrix_);
      factor = 1 / spectral_radius(n_, matrix_, slope_);
      for (Index e = 0; e < n_ * n_; ++e) along += static_cast<double>(dy[e]) * matrix_[e];
      along *= factor * factor;
    }
    for (Index e = 0; e < n_ * n_; ++e) {
      double gradient = factor * static_cast<double>(dy[e]);
      if (along != 0) gradient -= along * slope_[e];
      da[e] = (add ? da[e] : T(0)) + static_cast<T>(gradient);
    }
  }

 private:
  Index n_;
  double* matrix_;
  double* slope_;
};

template <class T>
Var<T> limit_eigenvalues(Tape<T>& tape, Var<T> a, Index size) {
  const Index count = a.size() / (size * size);
  const EigenvalueLimit<T> limit(tape, size);
  Var<T> y = tape.make(a.rows, a.cols);
  T* radii = tape.template keep<T>(count);
  for (Index i = 0; i < count; ++i) {
    radii[i] = limit.forward(a.value + i * size * size, y.value + i * size * size);
  }
  tape.on_backward(y, [=, &tape](const T* dy) {
    if (a.gradient == nullptr) return;
    const auto [da, store] = tape.gradient_to_write(a);
    for (Index i = 0; i < count; ++i) {
      const Index at = i * size * size;
      limit.backward(a.value + at, radii[i], dy + at, da + at, store == Store::kAdd);
    }
  });
  return y;
}

template <class T>
void* scratch_of(Tape<T>& tape, Index size) {
  return tape.template keep<std::byte>(static_cast<Index>(matrix_scratch(size)));
}

}  // namespace

template <class T>
Var<T> eigenvalues(Tape<T>& tape, EigenvalueForm form, Var<T> e) {
  Var<T> y = tape.make(e.rows, e.cols);
  const TransitionKernels<T>& k = kernels<TransitionKernels<T>>();
  k.eigenvalues(form, e.size(), e.value, y.value);
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (e.gradient == nullptr) return;
    const auto [de, store] = tape.gradient_to_write(e);
    k.eigenvalues_backward(form, e.size(), e.value, y.value, dy, de, store == Store::kAdd);
  });
  return y;
}

template <class T>
Var<T> normalize_matrices(Tape<T>& tape, TransitionNorm norm, Var<T> a, Index size) {
  if (size < 1 || a.cols % (size * size) != 0) {
    throw ShapeError(fmt::format("normalize_matrices: a has {} columns, expected a multiple of {} x {}",
                                 a.cols, size, size));
  }
  if (norm == TransitionNorm::kEigenvalueLimit) return limit_eigenvalues(tape, a, size);
  const Index count = a.size() / (size * size);
  Var<T> y = tape.make(a.rows, a.cols);
  const TransitionKernels<T>& k = kernels<TransitionKernels<T>>();
  void* scratch = scratch_of(tape, size);
  k.normalize(norm, count, size, a.value, y.value, scratch);
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    if (a.gradient == nullptr) return;
    const auto [da, store] = tape.gradient_to_write(a);
    k.normalize_backward(norm, count, size, a.value, dy, da, store == Store::kAdd, scratch);
  });
  return y;
}

template <class T>
Var<T> compose_transition(Tape<T>& tape, Var<T> out, Var<T> lambda, Var<T> in, Index size) {
  check_shape("compose_transition", "out", {out.rows, out.cols}, {lambda.rows, lambda.cols * size});
  check_shape("compose_transition", "in", {in.rows, in.cols}, {lambda.rows, lambda.cols * size});
  const Index count = out.size() / (size * size);
  Var<T> y = tape.make(out.rows, out.cols);
  const TransitionKernels<T>& k = kernels<TransitionKernels<T>>();
  void* scratch = scratch_of(tape, size);
  k.compose(count, size, out.value, lambda.value, in.value, y.value, scratch);
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    const auto place = [&tape](const Var<T>& var) {
      return var.gradient != nullptr ? tape.gradient_to_write(var) : GradientPlace<T>{};
    };
    const GradientPlace<T> d_out = place(out);
    const GradientPlace<T> d_lambda = place(lambda);
    const GradientPlace<T> d_in = place(in);
    k.compose_backward({count, size, out.value, lambda.value, in.value, dy, d_out.data,
                        d_out.store == Store::kAdd, d_lambda.data, d_lambda.store == Store::kAdd, d_in.data,
                        d_in.store == Store::kAdd, scratch});
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                                      \
  template Var<T> eigenvalues<T>(Tape<T>&, EigenvalueForm, Var<T>);               \
  template Var<T> normalize_matrices<T>(Tape<T>&, TransitionNorm, Var<T>, Index); \
  template Var<T> compose_transition<T>(Tape<T>&, Var<T>, Var<T>, Var<T>, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
