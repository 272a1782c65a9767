#include "plstm/nn/grids/vision_model.hpp"

#include <fmt/format.h>

#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

#include "nn/grids/image_settings.hpp"

namespace plstm {

namespace {

StmMode mode_of(VisionBlocks blocks, Index position) {
  if (blocks == VisionBlocks::kPd) return position == 0 ? StmMode::kPropagation : StmMode::kDiffusion;
  return blocks == VisionBlocks::kP ? StmMode::kPropagation : StmMode::kDiffusion;
}

}  // namespace

void check_config(const VisionModelConfig& c) {
  constexpr const char* kModel = "vision model";
  check_image_settings(kModel, c);
  require_setting(c.pairs >= 1, kModel, fmt::format("pairs is {}, expected at least 1", c.pairs));
  require_setting(c.pairs <= kMostBlocks / 2, kModel,
                  fmt::format("pairs is {}, expected at most {}", c.pairs, kMostBlocks / 2));
  require_setting(fits(c.tracking), kModel,
                  fmt::format("tracking widths are expected to be 1 to {}", kMostTrackingWidth));
  require_setting(c.sub_heads >= 0, kModel,
                  fmt::format("sub_heads is {}, expected 0 (as many as heads) or more", c.sub_heads));
}

VisionModel make_vision_model(const VisionModelConfig& c) {
  check_config(c);
  VisionModel model;
  model.config = c;
  ParameterLayout& layout = model.layout;
  add_patches(model);
  const Index count = 2 * c.pairs;
  for (Index i = 0; i < count; ++i) {
    GridBlockOptions options;
    options.layer = {.mode = mode_of(c.blocks, i % 2),
                     .chirality = c.chirality,
                     .width = c.width,
                     .heads = c.heads,
                     .sub_heads = c.sub_heads,
                     .tracking = c.tracking,
                     .gate_weights = c.gate_weights,
                     .eigenvalues = c.eigenvalues,
                     .transition_norm = c.transition_norm,
                     .init = c.gates,
                     .epsilon = c.epsilon};
    options.dropout = c.dropout;
    options.drop_path = drop_path_of_block(c.drop_path, i, count);
    options.epsilon = c.epsilon;
    model.blocks.push_back(
        add_grid_block(layout, fmt::format("block_stack.blocks.{}.block{}", i / 2, i % 2), options));
  }
  model.norm = layout.add("norm.scale", {c.width}, ConstantInit{1}, false);
  model.head = add_linear(layout, "head", pooled_width(c.pooling, c.width), c.outputs, true);
  return model;
}

template <class T>
Var<T> forward(Tape<T>& tape, const VisionModel& model, Var<T> images, Index rows, Index cols) {
  const VisionModelConfig& c = model.config;
  const auto [size_x, size_y] = patch_grid(rows, cols, c.patch);
  Var<T> x = embed_patches(tape, model, images, rows, cols);
  const std::int32_t* offsets = even_offsets(tape, images.rows, size_x * size_y);
  for (const GridBlock& block : model.blocks) {
    x = tape.without_traces(x.rows, x.cols, [&, x = x, size_x = size_x, size_y = size_y] {
      return apply(tape, block, x, size_x, size_y, offsets);
    });
  }
  x = rms_norm(tape, x, tape.parameter(model.norm), c.epsilon);
  return apply(tape, model.head, pool_grid(tape, x, size_x, size_y, c.pooling));
}

#define PLSTM_INSTANTIATE(T) template Var<T> forward<T>(Tape<T>&, const VisionModel&, Var<T>, Index, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
