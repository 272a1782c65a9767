#include "plstm/nn/sequences/causal_convolution.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/shape.hpp>

#include "nn/sequences/convolution_kernels.hpp"
#include "nn/shared/kernels.hpp"

namespace plstm {

CausalConvolution add_causal_convolution(ParameterLayout& layout, const std::string& name, Index width,
                                         Index taps) {
  if (width < 1 || taps < 1) {
    throw ConfigError(fmt::format("{}: width {} and taps {} must be positive", name, width, taps));
  }
  CausalConvolution convolution;
  convolution.weight = layout.add(name + ".weight", {width, 1, taps}, LastInit{taps, 1}, true);
  convolution.bias = layout.add(name + ".bias", {width}, ConstantInit{0}, false);
  return convolution;
}

template <class T>
Var<T> apply(Tape<T>& tape, const CausalConvolution& convolution, Var<T> x, Index length) {
  const Var<T> weight = tape.parameter(convolution.weight);
  const Var<T> bias = tape.parameter(convolution.bias);
  const Index width = weight.rows;
  const Index taps = weight.cols;
  check_shape("causal_convolution", "x", {x.rows, x.cols}, {x.rows, width});
  if (length < 1 ? x.rows > 0 : x.rows % length != 0) {
    throw ShapeError(
        fmt::format("causal_convolution: sequences of length {} do not fill {} rows", length, x.rows));
  }
  const LayerKernels<T>& k = layer_kernels<T>();
  const ConvolutionKernels<T>& loops = kernels<ConvolutionKernels<T>>();
  const T* by_tap = weight.transposed;  // [taps, width]
  if (by_tap == nullptr) {
    T* copy = tape.template keep<T>(weight.size());
    transpose(width, taps, weight.value, copy);
    by_tap = copy;
  }
  const Index sequences = length > 0 ? x.rows / length : 0;
  const Index step = length * width;
  Var<T> y = tape.make(x.rows, width);
  for (Index b = 0; b < sequences; ++b) {
    loops.convolve({length, width, taps, by_tap, bias.value, x.value + b * step, y.value + b * step});
  }
  T* weight_gradient = tape.records() ? tape.template keep<T>(2 * weight.size()) : nullptr;
  tape.on_backward(y, [=, &tape, &k, &loops](const T* dy) {
    if (bias.gradient != nullptr) k.add_column_sums(x.rows, width, dy, tape.gradient(bias));
    const auto [dx, store] = x.gradient != nullptr ? tape.gradient_to_write(x) : GradientPlace<T>{};
    T* dweight = weight.gradient != nullptr ? weight_gradient : nullptr;
    if (dweight != nullptr) std::fill_n(dweight, weight.size(), T(0));
    for (Index b = 0; b < sequences; ++b) {
      loops.convolve_backward({length, width, taps, by_tap, x.value + b * step, dy + b * step,
                               dx != nullptr ? dx + b * step : nullptr, store == Store::kAdd, dweight});
    }
    if (dweight == nullptr) return;
    transpose(taps, width, dweight, dweight + weight.size());
    k.add_scaled_rows(weight.size(), T(1), dweight + weight.size(), tape.gradient(weight));
  });
  return y;
}

template Var<float> apply<float>(Tape<float>&, const CausalConvolution&, Var<float>, Index);
template Var<double> apply<double>(Tape<double>&, const CausalConvolution&, Var<double>, Index);

}  // namespace plstm
