#include "plstm/nn/sequences/sequence_block.hpp"

#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/block_width.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

Index pre_up_width(Index width) {
  return 64 * ((2 * width - 1) / 64 + 1);
}

SequenceBlock add_sequence_block(ParameterLayout& layout, const std::string& name,
                                 const SequenceBlockOptions& options) {
  SequenceBlock block;
  block.options = options;
  const Index width = options.width;
  const bool pre_up = options.kind == SequenceBlockKind::kPreUp;
  const Index hidden = pre_up ? pre_up_width(width) : block_hidden_width(width);
  SequenceLayerOptions layer = options.layer;
  layer.width = pre_up ? hidden : width;
  layer.out = !pre_up;
  block.norm = layout.add(name + ".norm.scale", {width}, ConstantInit{1}, false);
  block.up = add_linear(layout, name + ".upproj", width, pre_up ? 2 * hidden : hidden, true);
  block.layer = add_sequence_layer(layout, name + ".interaction_module", layer);
  if (!pre_up) block.norm2 = layout.add(name + ".norm2.scale", {width}, ConstantInit{1}, false);
  block.down = add_linear(layout, name + ".downproj", hidden, width, true);
  return block;
}

template <class T>
Var<T> apply(Tape<T>& tape, const SequenceBlock& block, Var<T> x, Index length) {
  const SequenceBlockOptions& o = block.options;
  const auto normed = [&](ParameterId scale) { return rms_norm(tape, x, tape.parameter(scale), o.epsilon); };
  const auto add_branch = [&](Var<T> branch) { return add(tape, x, dropout(tape, branch, o.dropout)); };
  if (o.kind == SequenceBlockKind::kPreUp) {
    const Var<T> wide = apply(tape, block.up, normed(block.norm));
    const Index hidden = wide.cols / 2;
    const Var<T> y = apply(tape, block.layer, take_columns(tape, wide, 0, hidden), length);
    const Var<T> gated = multiply_silu(tape, y, take_columns(tape, wide, hidden, hidden));
    return add_branch(apply(tape, block.down, gated));
  }
  x = add_branch(apply(tape, block.layer, normed(block.norm), length));
  const Var<T> hidden =
      linear_gelu(tape, normed(block.norm2), tape.parameter(block.up.weight), tape.parameter(block.up.bias));
  return add_branch(apply(tape, block.down, hidden));
}

template Var<float> apply<float>(Tape<float>&, const SequenceBlock&, Var<float>, Index);
template Var<double> apply<double>(Tape<double>&, const SequenceBlock&, Var<double>, Index);

}  // namespace plstm
