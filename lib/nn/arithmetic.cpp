#include <plstm/core/shape.hpp>
#include <plstm/nn/arithmetic.hpp>

#include "nn/kernels.hpp"

namespace plstm {

template <class T>
Var<T> add(Tape<T>& tape, Var<T> a, Var<T> b) {
  check_shape("add", "b", {b.rows, b.cols}, {a.rows, a.cols});
  Var<T> y = tape.make(a.rows, a.cols);
  for (Index i = 0; i < y.size(); ++i) y.value[i] = a.value[i] + b.value[i];
  const LayerKernels<T>& k = layer_kernels<T>();
  tape.on_backward([=, &k] {
    if (a.gradient != nullptr) k.add_scaled_rows(y.size(), T(1), y.gradient, a.gradient);
    if (b.gradient != nullptr) k.add_scaled_rows(y.size(), T(1), y.gradient, b.gradient);
  });
  return y;
}

template <class T>
Var<T> scale_columns(Tape<T>& tape, Var<T> x, Var<T> scale) {
  check_shape("scale_columns", "scale", {scale.rows, scale.cols}, {1, x.cols});
  Var<T> y = tape.make(x.rows, x.cols);
  for (Index row = 0; row < x.rows; ++row) {
    for (Index i = 0; i < x.cols; ++i) y.value[row * x.cols + i] = x.value[row * x.cols + i] * scale.value[i];
  }
  tape.on_backward([=] {
    for (Index row = 0; row < x.rows; ++row) {
      const Index begin = row * x.cols;
      for (Index i = 0; i < x.cols; ++i) {
        if (x.gradient != nullptr) x.gradient[begin + i] += y.gradient[begin + i] * scale.value[i];
        if (scale.gradient != nullptr) scale.gradient[i] += y.gradient[begin + i] * x.value[begin + i];
      }
    }
  });
  return y;
}

template <class T>
Var<T> multiply_by(Tape<T>& tape, Var<T> x, double factor) {
  Var<T> y = tape.make(x.rows, x.cols);
  const auto f = static_cast<T>(factor);
  for (Index i = 0; i < y.size(); ++i) y.value[i] = f * x.value[i];
  const LayerKernels<T>& k = layer_kernels<T>();
  tape.on_backward([=, &k] {
    if (x.gradient != nullptr) k.add_scaled_rows(y.size(), f, y.gradient, x.gradient);
  });
  return y;
}

template <class T>
Var<T> mean_of_rows(Tape<T>& tape, Var<T> x, const std::int32_t* first, const std::int32_t* second,
                    Index count) {
  const Index width = x.cols;
  Var<T> y = tape.make(count, width);
  for (Index e = 0; e < count; ++e) {
    const T* a = x.value + first[e] * width;
    const T* b = x.value + second[e] * width;
    for (Index i = 0; i < width; ++i) y.value[e * width + i] = T(0.5) * (a[i] + b[i]);
  }
  const LayerKernels<T>& k = layer_kernels<T>();
  tape.on_backward([=, &k] {
    if (x.gradient == nullptr) return;
    for (Index e = 0; e < count; ++e) {
      k.add_scaled_rows(width, T(0.5), y.gradient + e * width, x.gradient + first[e] * width);
      k.add_scaled_rows(width, T(0.5), y.gradient + e * width, x.gradient + second[e] * width);
    }
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                  \
  template Var<T> add<T>(Tape<T>&, Var<T>, Var<T>);           \
  template Var<T> scale_columns<T>(Tape<T>&, Var<T>, Var<T>); \
  template Var<T> multiply_by<T>(Tape<T>&, Var<T>, double);   \
  template Var<T> mean_of_rows<T>(Tape<T>&, Var<T>, const std::int32_t*, const std::int32_t*, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
