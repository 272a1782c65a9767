#include "plstm/nn/tracking/transition_layer.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <plstm/core/error.hpp>
#include <plstm/nn/shared/arithmetic.hpp>

namespace plstm {

TransitionLayer add_transition_layer(ParameterLayout& layout, const std::string& name,
                                     const TransitionLayerOptions& options) {
  const TransitionLayerOptions& o = options;
  if (o.state < 1) throw ConfigError(name + ": the state width JT must be positive");
  HeadGateOptions gate{.in = o.in, .groups = o.groups, .sub_heads = o.sub_heads, .weight = o.weight};
  gate.sigmoid = false;
  const auto add = [&](const char* part, std::vector<std::int64_t> dims, const Initializer& bias,
                       double std) {
    gate.dims = std::move(dims);
    gate.bias_init = bias;
    gate.weight_init = NormalInit{0, std};
    return add_head_gate(layout, name + part, gate);
  };
  TransitionLayer layer;
  layer.options = o;
  if (o.state > 1) {
    const IdentityInit identity{o.groups, o.state, o.init.matrix_bias};
    layer.in_matrix = add(".inproj_", {o.state, o.state}, identity, o.init.matrix_std);
    layer.out_matrix = add(".outproj_", {o.state, o.state}, identity, o.init.matrix_std);
  }
  layer.eigenvalues = add(".eigenvalues_", {o.state},
                          RangeInit{o.init.eigenvalue_low, o.init.eigenvalue_high}, o.init.weight_std);
  return layer;
}

namespace {

template <class T>
Var<T> transitions(Tape<T>& tape, const TransitionLayer& layer, Var<T> x) {
  const TransitionLayerOptions& o = layer.options;
  const Var<T> lambda = eigenvalues(tape, o.eigenvalues, apply(tape, layer.eigenvalues, x));
  if (o.state == 1) return lambda;
  const auto factor = [&](const HeadGate& gate) {
    return normalize_matrices(tape, o.norm, apply(tape, gate, x), o.state);
  };
  const Var<T> in = factor(layer.in_matrix);
  return compose_transition(tape, factor(layer.out_matrix), lambda, in, o.state);
}

}  // namespace

template <class T>
Var<T> apply(Tape<T>& tape, const TransitionLayer& layer, Var<T> x) {
  if (layer.options.weight) return transitions(tape, layer, x);
  // The gates read no entry of x: one row is enough for all.
  x.gradient = nullptr;
  const Index rows = x.rows;
  x.rows = 1;
  return broadcast_rows(tape, transitions(tape, layer, x), rows);
}

template Var<float> apply<float>(Tape<float>&, const TransitionLayer&, Var<float>);
template Var<double> apply<double>(Tape<double>&, const TransitionLayer&, Var<double>);

}  // namespace plstm
