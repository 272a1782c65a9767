#include <string>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/norm.hpp>
#include <plstm/nn/vision_model.hpp>

namespace plstm {

namespace {

StmMode mode_of(VisionBlocks blocks, Index position) {
  if (blocks == VisionBlocks::kPd) return position == 0 ? StmMode::kPropagation : StmMode::kDiffusion;
  return blocks == VisionBlocks::kP ? StmMode::kPropagation : StmMode::kDiffusion;
}

}  // namespace

void check_config(const VisionModelConfig& c) {
  const auto require = [](bool condition, const std::string& message) {
    if (!condition) throw ConfigError("vision model: " + message);
  };
  require(c.channels >= 1, fmt::format("channels is {}, expected at least 1", c.channels));
  require(c.patch >= 1, fmt::format("patch is {}, expected at least 1", c.patch));
  require(
      c.image_rows >= 1 && c.image_cols >= 1 && c.image_rows % c.patch == 0 && c.image_cols % c.patch == 0,
      fmt::format("image size {} x {} must be positive multiples of patch {}", c.image_rows, c.image_cols,
                  c.patch));
  require(c.width >= 1 && c.heads >= 1 && c.width % c.heads == 0,
          fmt::format("width {} must be a positive multiple of heads {}", c.width, c.heads));
  require(c.pairs >= 1, fmt::format("pairs is {}, expected at least 1", c.pairs));
  require(c.sub_heads >= 0,
          fmt::format("sub_heads is {}, expected 0 (as many as heads) or more", c.sub_heads));
  require(c.outputs >= 1, fmt::format("outputs is {}, expected at least 1", c.outputs));
  require(c.dropout >= 0 && c.dropout < 1,
          fmt::format("dropout is {}, expected 0 <= dropout < 1", c.dropout));
  require(c.drop_path >= 0 && c.drop_path < 1,
          fmt::format("drop_path is {}, expected 0 <= drop_path < 1", c.drop_path));
}

VisionModel make_vision_model(const VisionModelConfig& c) {
  check_config(c);
  VisionModel model;
  model.config = c;
  ParameterLayout& layout = model.layout;
  model.patches = add_patch_embedding(layout, "patch_embed.proj", c.channels, c.patch, c.width);
  if (c.positions) {
    const PatchGrid grid = patch_grid(c.image_rows, c.image_cols, c.patch);
    model.positions = add_position_grid(layout, "pos_embed", grid.size_x, grid.size_y, c.width);
  }
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
    options.drop_path = c.drop_path * static_cast<double>(i) / static_cast<double>(count - 1);
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
  Var<T> x = apply(tape, model.patches, images, rows, cols);
  if (c.positions) x = add_positions(tape, model.positions, x, size_x, size_y);
  auto* offsets = tape.template keep<std::int32_t>(images.rows + 1);
  for (Index b = 0; b <= images.rows; ++b) offsets[b] = static_cast<std::int32_t>(b * size_x * size_y);
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
