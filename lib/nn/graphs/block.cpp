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
  return add_over(tape, own, apply(tape, block.around, sum));
}

template <class T>
Var<T> layer_branch(Tape<T>& tape, const Block& block, const StmGraph& graph, Var<T> x,
                    Var<T> edge_features) {
  const Var<T> z = rms_norm(tape, x, tape.parameter(block.norm), block.options.epsilon);
  return apply(tape, block.layer, graph, z, edge_features);
}

template <class T>
Var<T> wide_branch(Tape<T>& tape, const Block& block, const StmGraph& graph, Var<T> x, Var<T> edge_features) {
  const BlockOptions& o = block.options;
  const Var<T> z = rms_norm(tape, x, tape.parameter(block.norm2), o.epsilon);
  if (!o.gated && !o.neighbours) {
    return apply(tape, block.down,
                 linear_gelu(tape, z, tape.parameter(block.up.weight), tape.parameter(block.up.bias)));
  }
  const Var<T> wide = widen(tape, block, graph, z, edge_features);
  return apply(tape, block.down,
               o.gated ? gated_silu(tape, wide) : activate(tape, ActivationKind::kGelu, wide));
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
  // What a branch adds to x: on a large graph its insides are made twice rather than kept.
  const auto add_branch = [&](const auto& branch, ParameterId scale) {
    const Var<T> added = tape.recomputed(
        x.rows, x.cols, [branch, x, scale, edge_features, node_offsets, graphs, &tape, &block, &graph] {
          const BlockOptions& o = block.options;
          Var<T> y = dropout(tape, branch(tape, block, graph, x, edge_features), o.dropout);
          if (o.residual_scale) y = scale_columns(tape, y, tape.parameter(scale));
          return drop_path(tape, y, node_offsets, graphs, o.drop_path);
        });
    x = add_over(tape, x, added);
  };
  add_branch(layer_branch<T>, block.layer_scale);
  add_branch(wide_branch<T>, block.mlp_scale);
  return x;
}

#define PLSTM_INSTANTIATE(T)                                                                             \
  template Var<T> apply<T>(Tape<T>&, const Block&, const StmGraph&, Var<T>, Var<T>, const std::int32_t*, \
                           Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
