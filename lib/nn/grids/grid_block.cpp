#include "plstm/nn/grids/grid_block.hpp"

#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/block_width.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

GridBlock add_grid_block(ParameterLayout& layout, const std::string& name, const GridBlockOptions& options) {
  GridBlock block;
  block.options = options;
  const Index width = options.layer.width;
  const Index hidden = block_hidden_width(width);
  block.norm = layout.add(name + ".norm.scale", {width}, ConstantInit{1}, false);
  block.layer = add_grid_layer(layout, name + ".interaction_module", options.layer);
  block.norm2 = layout.add(name + ".norm2.scale", {width}, ConstantInit{1}, false);
  block.up = add_linear(layout, name + ".upproj", width, hidden, true);
  block.down = add_linear(layout, name + ".downproj", hidden, width, true);
  return block;
}

template <class T>
Var<T> apply(Tape<T>& tape, const GridBlock& block, Var<T> x, Index size_x, Index size_y,
             const std::int32_t* offsets) {
  const GridBlockOptions& o = block.options;
  const Index grids = size_x * size_y == 0 ? 0 : x.rows / (size_x * size_y);
  const auto add_branch = [&](Var<T> branch) {
    branch = dropout(tape, branch, o.dropout);
    return add(tape, x, drop_path(tape, branch, offsets, grids, o.drop_path));
  };
  x = add_branch(
      apply(tape, block.layer, rms_norm(tape, x, tape.parameter(block.norm), o.epsilon), size_x, size_y));
  const Var<T> normed = rms_norm(tape, x, tape.parameter(block.norm2), o.epsilon);
  const Var<T> hidden =
      linear_gelu(tape, normed, tape.parameter(block.up.weight), tape.parameter(block.up.bias));
  return add_branch(apply(tape, block.down, hidden));
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> apply<T>(Tape<T>&, const GridBlock&, Var<T>, Index, Index, const std::int32_t*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
