#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/linear.hpp>

#include "nn/kernels.hpp"

namespace plstm {

namespace {

template <class T>
MatrixView<const T> read(const T* data, Index rows, Index cols, Index stride) {
  return {data, rows, cols, stride};
}

}  // namespace

template <class T>
Var<T> linear_columns(Tape<T>& tape, Var<T> x, Var<T> weight, Index first_column, Var<T> bias) {
  if (first_column < 0 || first_column + x.cols > weight.cols) {
    throw ShapeError(fmt::format("linear: x has {} columns, the weight [{}, {}] has {} from column {} on",
                                 x.cols, weight.rows, weight.cols, weight.cols - first_column, first_column));
  }
  const Index out = weight.rows;
  const Index stride = weight.cols;
  Var<T> y = tape.make(x.rows, out);
  const LayerKernels<T>& k = layer_kernels<T>();
  if (bias.value != nullptr) {
    check_size("linear", "bias", bias.size(), out);
    k.fill_rows(x.rows, out, bias.value, y.value);
  }
  multiply<T>(read(x.value, x.rows, x.cols, x.cols), Transpose::kNo,
              read(weight.value + first_column, out, x.cols, stride), Transpose::kYes,
              {y.value, x.rows, out, out}, bias.value != nullptr ? Store::kAdd : Store::kReplace);
  tape.on_backward([=, &k] {
    const MatrixView<const T> dy{y.gradient, x.rows, out, out};
    if (x.gradient != nullptr) {
      multiply<T>(dy, Transpose::kNo, read(weight.value + first_column, out, x.cols, stride), Transpose::kNo,
                  {x.gradient, x.rows, x.cols, x.cols}, Store::kAdd);
    }
    if (weight.gradient != nullptr) {
      multiply<T>(dy, Transpose::kYes, read(x.value, x.rows, x.cols, x.cols), Transpose::kNo,
                  {weight.gradient + first_column, out, x.cols, stride}, Store::kAdd);
    }
    if (bias.gradient != nullptr) k.add_column_sums(x.rows, out, y.gradient, bias.gradient);
  });
  return y;
}

template <class T>
Var<T> linear(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias) {
  check_shape("linear", "x", {x.rows, x.cols}, {x.rows, weight.cols});
  return linear_columns(tape, x, weight, 0, bias);
}

LinearLayer add_linear(ParameterLayout& layout, const std::string& name, Index in, Index out, bool bias,
                       const LinearInit& init) {
  LinearLayer layer;
  layer.weight = layout.add(name + ".weight", {out, in}, init.weight, true);
  if (bias) layer.bias = layout.add(name + ".bias", {out}, init.bias, false);
  return layer;
}

LinearLayer add_linear(ParameterLayout& layout, const std::string& name, Index in, Index out, bool bias) {
  return add_linear(layout, name, in, out, bias, {small_init(in)});
}

template <class T>
Var<T> apply(Tape<T>& tape, const LinearLayer& layer, Var<T> x) {
  return linear(tape, x, tape.parameter(layer.weight),
                layer.bias.valid() ? tape.parameter(layer.bias) : Var<T>{});
}

#define PLSTM_INSTANTIATE(T)                                                  \
  template Var<T> linear_columns<T>(Tape<T>&, Var<T>, Var<T>, Index, Var<T>); \
  template Var<T> linear<T>(Tape<T>&, Var<T>, Var<T>, Var<T>);                \
  template Var<T> apply<T>(Tape<T>&, const LinearLayer&, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
