#include "plstm/nn/graphs/transformer/dag_transformer.hpp"

#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

DagTransformerLayer add_dag_transformer_layer(ParameterLayout& layout, const std::string& name,
                                              const DagTransformerOptions& options) {
  const Index d = options.width;
  DagTransformerLayer layer;
  layer.options = options;
  layer.norm = layout.add(name + ".norm.scale", {d}, ConstantInit{1}, false);
  layer.attention = add_attention(layout, name + ".attention", d, options.heads);
  layer.norm2 = layout.add(name + ".norm2.scale", {d}, ConstantInit{1}, false);
  layer.up = add_linear(layout, name + ".up", d, 2 * d, true);
  layer.down = add_linear(layout, name + ".down", 2 * d, d, true);
  return layer;
}

template <class T>
Var<T> apply(Tape<T>& tape, const DagTransformerLayer& layer, const Reachability& reach, Var<T> x) {
  const DagTransformerOptions& o = layer.options;
  const auto add_branch = [&](Var<T> branch) { return add(tape, x, dropout(tape, branch, o.dropout)); };
  const Var<T> qkv =
      apply(tape, layer.attention.qkv, rms_norm(tape, x, tape.parameter(layer.norm), o.epsilon));
  x = add_branch(apply(tape, layer.attention.proj, reach_attention(tape, reach, qkv, o.heads)));
  const Var<T> z = rms_norm(tape, x, tape.parameter(layer.norm2), o.epsilon);
  const Var<T> hidden = linear_gelu(tape, z, tape.parameter(layer.up.weight), tape.parameter(layer.up.bias));
  return add_branch(apply(tape, layer.down, hidden));
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> apply<T>(Tape<T>&, const DagTransformerLayer&, const Reachability&, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
