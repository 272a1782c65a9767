#include "plstm/nn/graphs/block.hpp"

#include <plstm/nn/graphs/neighbours.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/block_width.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

namespace {

// What up() gives, and what the neighbours add to it.
template <class T>
Var<T> widen(Tape<T>& tape, const Block& block, const StmGraph& graph, Var<T> z, Var<T> edge_features) {
  const Var<T> own = apply(tape, block.up, z);
  if (!block.options.neighbours) return own;
  const Var<T> sum =
      block.edge.weight.valid()
          ? sum_messages(tape, graph, {.source = z, .edges = apply(tape, block.edge, edge_features)})
          : sum_neighbours(tape, graph, z, NeighbourSum::kSum);
  return add(tape, own, apply(tape, block.around, sum));
}

}  // namespace

Block add_block(ParameterLayout& layout, const std::string& name, const BlockOptions& options) {
  Block block;
  block.options = options;
  const Index width = options.layer.width;
  const Index hidden = block_hidden_width(width);
  block.norm = layout.add(name + ".norm.scale", {width}, ConstantInit{1}, false);
  block.layer = add_stm_layer(layout, name + ".interaction_module", options.layer);
  block.norm2 = layout.add(name + ".norm2.scale", {width}, ConstantInit{1}, false);
  const Index widened = options.gated ? 2 * hidden : hidden;
  block.up = add_linear(layout, name + ".upproj", width, widened, true);
  if (options.neighbours) {
    block.around = add_linear(layout, name + ".neighbours", width, widened, false);
    if (options.edge_width > 0)
      block.edge = add_linear(layout, name + ".neighbour_edges", options.edge_width, width, true);
  }
  block.down = add_linear(layout, name + ".downproj", hidden, width, true);
  if (options.residual_scale) {
    const ConstantInit init{options.residual_scale_init};
    block.layer_scale = layout.add(name + ".layer_scale", {width}, init, false);
    block.mlp_scale = layout.add(name + ".mlp_scale", {width}, init, false);
  }
  return block;
}

template <class T>
Var<T> apply(Tape<T>& tape, const Block& block, const StmGraph& graph, Var<T> x, Var<T> edge_features,
             const std::int32_t* node_offsets, Index graphs) {
  const BlockOptions& o = block.options;
  const auto add_branch = [&](Var<T> branch, ParameterId scale) {
    branch = dropout(tape, branch, o.dropout);
    if (o.residual_scale) branch = scale_columns(tape, branch, tape.parameter(scale));
    return add_over(tape, x, drop_path(tape, branch, node_offsets, graphs, o.drop_path));
  };
  x = add_branch(apply(tape, block.layer, graph, rms_norm(tape, x, tape.parameter(block.norm), o.epsilon),
                       edge_features),
                 block.layer_scale);
  const Var<T> normed = rms_norm(tape, x, tape.parameter(block.norm2), o.epsilon);
  Var<T> hidden;
  if (!o.gated && !o.neighbours) {
    hidden = linear_gelu(tape, normed, tape.parameter(block.up.weight), tape.parameter(block.up.bias));
  } else {
    const Var<T> wide = widen(tape, block, graph, normed, edge_features);
    hidden = o.gated ? gated_silu(tape, wide) : activate(tape, ActivationKind::kGelu, wide);
  }
  return add_branch(apply(tape, block.down, hidden), block.mlp_scale);
}

#define PLSTM_INSTANTIATE(T)                                                                             \
  template Var<T> apply<T>(Tape<T>&, const Block&, const StmGraph&, Var<T>, Var<T>, const std::int32_t*, \
                           Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
