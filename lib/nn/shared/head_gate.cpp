#include "plstm/nn/shared/head_gate.hpp"

#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>

#include "nn/shared/block_linear.hpp"

namespace plstm {

namespace {

Index values_per_group(const HeadGateOptions& o) {
  Index product = 1;
  for (const std::int64_t size : o.dims) product *= static_cast<Index>(size);
  return product;
}

}  // namespace

HeadGate add_head_gate(ParameterLayout& layout, const std::string& prefix, HeadGateOptions options) {
  const HeadGateOptions& o = options;
  if (o.in < 1 || o.groups < 1 || o.sub_heads < 1 || values_per_group(o) < 1) {
    throw ConfigError(
        fmt::format("{}bias: input width {}, groups {}, sub-heads {} and values {} must be positive", prefix,
                    o.in, o.groups, o.sub_heads, values_per_group(o)));
  }
  if (o.in % o.sub_heads != 0 || o.groups % o.sub_heads != 0) {
    throw ConfigError(fmt::format("{}weight: {} sub-heads do not divide the input width {} and the {} groups",
                                  prefix, o.sub_heads, o.in, o.groups));
  }
  HeadGate gate;
  std::vector<std::int64_t> shape{o.groups};
  shape.insert(shape.end(), o.dims.begin(), o.dims.end());
  gate.bias = layout.add(prefix + "bias", shape, o.bias_init, false);
  if (o.weight) {
    shape = {o.groups / o.sub_heads, o.sub_heads};
    shape.insert(shape.end(), o.dims.begin(), o.dims.end());
    shape.push_back(o.in / o.sub_heads);
    gate.weight = layout.add(prefix + "weight", std::move(shape), o.weight_init, true);
  }
  gate.options = std::move(options);
  return gate;
}

template <class T>
Var<T> apply(Tape<T>& tape, const HeadGate& gate, Var<T> x) {
  const HeadGateOptions& o = gate.options;
  const auto finish = [&](Var<T> z) { return o.sigmoid ? activate(tape, ActivationKind::kSigmoid, z) : z; };
  Var<T> bias = tape.parameter(gate.bias);
  bias.cols = bias.size();
  bias.rows = 1;
  bias.transposed = nullptr;
  if (!gate.weight.valid()) return broadcast_rows(tape, finish(bias), x.rows);
  check_shape("head_gate", "x", {x.rows, x.cols}, {x.rows, o.in});
  const Index out = values_per_group(o);
  const Index part = o.in / o.sub_heads;
  return finish(block_linear(
      tape, x, tape.parameter(gate.weight), bias,
      {o.groups / o.sub_heads, o.sub_heads, out, part, o.sub_heads * out * part, out * part, part}));
}

template Var<float> apply<float>(Tape<float>&, const HeadGate&, Var<float>);
template Var<double> apply<double>(Tape<double>&, const HeadGate&, Var<double>);

}  // namespace plstm
