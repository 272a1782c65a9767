#include "plstm/nn/grids/vision_transformer.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

#include "nn/grids/image_settings.hpp"
#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

LayerNorm add_layer_norm(ParameterLayout& layout, const std::string& name, Index width) {
  return {layout.add(name + ".weight", {width}, ConstantInit{1}, false),
          layout.add(name + ".bias", {width}, ConstantInit{0}, false)};
}

template <class T>
Var<T> normalize(Tape<T>& tape, const LayerNorm& norm, Var<T> x, double epsilon) {
  return layer_norm(tape, x, tape.parameter(norm.weight), tape.parameter(norm.bias), epsilon);
}

// A copy of `token` [1, D] before the rows of each sample.
template <class T>
Var<T> prepend(Tape<T>& tape, Var<T> token, Var<T> x, Index samples) {
  const Index width = x.cols;
  const Index size = samples == 0 ? 0 : x.size() / samples;  // of a sample
  const Var<T> y = tape.make(x.rows + samples, width);
  for (Index b = 0; b < samples; ++b) {
    T* to = y.value + b * (width + size);
    std::copy_n(token.value, width, to);
    std::copy_n(x.value + b * size, size, to + width);
  }
  tape.on_backward(y, [=, &tape](const T* dy) {
    const LayerKernels<T>& k = layer_kernels<T>();
    T* dtoken = token.gradient != nullptr ? tape.gradient(token) : nullptr;
    const auto [dx, store] = x.gradient != nullptr ? tape.gradient_to_write(x) : GradientPlace<T>{};
    for (Index b = 0; b < samples; ++b) {
      const T* from = dy + b * (width + size);
      if (dtoken != nullptr) k.add_scaled_rows(width, T(1), from, dtoken);
      if (dx != nullptr) k.scale(size, T(1), from + width, dx + b * size, store == Store::kAdd);
    }
  });
  return y;
}

template <class T>
Var<T> apply(Tape<T>& tape, const TransformerBlock& block, Var<T> x, const std::int32_t* offsets,
             Index samples, const VisionTransformerConfig& c) {
  const auto add_branch = [&](Var<T> branch) {
    branch = dropout(tape, branch, c.dropout);
    return add(tape, x, drop_path(tape, branch, offsets, samples, block.drop_path));
  };
  x = add_branch(apply(tape, block.attention, normalize(tape, block.norm1, x, c.epsilon), samples));
  const Var<T> hidden = linear_gelu(tape, normalize(tape, block.norm2, x, c.epsilon),
                                    tape.parameter(block.fc1.weight), tape.parameter(block.fc1.bias));
  return add_branch(apply(tape, block.fc2, hidden));
}

}  // namespace

void check_config(const VisionTransformerConfig& c) {
  constexpr const char* kModel = "vision transformer";
  check_image_settings(kModel, c);
  require_setting(c.blocks >= 1, kModel, fmt::format("blocks is {}, expected at least 1", c.blocks));
  require_setting(c.blocks <= kMostBlocks, kModel,
                  fmt::format("blocks is {}, expected at most {}", c.blocks, kMostBlocks));
  require_setting(c.pooling == GridPooling::kMean || c.pooling == GridPooling::kCls, kModel,
                  "pooling must be mean or cls");
}

VisionTransformer make_vision_transformer(const VisionTransformerConfig& c) {
  check_config(c);
  VisionTransformer model;
  model.config = c;
  ParameterLayout& layout = model.layout;
  add_patches(model);
  if (c.pooling == GridPooling::kCls) {
    model.token = layout.add("cls_token", {1, 1, c.width}, NormalInit{0, 0.02}, false);
  }
  for (Index i = 0; i < c.blocks; ++i) {
    const std::string name = fmt::format("blocks.{}.", i);
    TransformerBlock block;
    block.norm1 = add_layer_norm(layout, name + "norm1", c.width);
    block.attention = add_attention(layout, name + "attn", c.width, c.heads);
    block.norm2 = add_layer_norm(layout, name + "norm2", c.width);
    block.fc1 = add_linear(layout, name + "mlp.fc1", c.width, 4 * c.width, true);
    block.fc2 = add_linear(layout, name + "mlp.fc2", 4 * c.width, c.width, true);
    block.drop_path = drop_path_of_block(c.drop_path, i, c.blocks);
    model.blocks.push_back(block);
  }
  model.norm = add_layer_norm(layout, "norm", c.width);
  model.head = add_linear(layout, "head", c.width, c.outputs, true);
  return model;
}

template <class T>
Var<T> forward(Tape<T>& tape, const VisionTransformer& model, Var<T> images, Index rows, Index cols) {
  const VisionTransformerConfig& c = model.config;
  const Index samples = images.rows;
  const PatchGrid grid = patch_grid(rows, cols, c.patch);
  Index nodes = grid.size_x * grid.size_y;
  Var<T> x = embed_patches(tape, model, images, rows, cols);
  if (c.pooling == GridPooling::kCls) {
    x = prepend(tape, tape.parameter(model.token), x, samples);
    ++nodes;
  }
  const std::int32_t* offsets = even_offsets(tape, samples, nodes);
  for (const TransformerBlock& block : model.blocks) {
    x = tape.without_traces(x.rows, x.cols, [&] { return apply(tape, block, x, offsets, samples, c); });
  }
  x = normalize(tape, model.norm, x, c.epsilon);
  return apply(tape, model.head, pool_grid(tape, x, nodes, 1, c.pooling));
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> forward<T>(Tape<T>&, const VisionTransformer&, Var<T>, Index, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
