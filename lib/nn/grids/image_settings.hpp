#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/autodiff/tape.hpp>

#include "nn/shared/setting_limits.hpp"

// What the vision model and the vision transformer have in common.
namespace plstm {

inline constexpr Index kLargestImage = Index{1} << 20;  // rows, columns or channels

/// Throws ConfigError "<model>: ..." unless `condition` holds.
inline void require_setting(bool condition, const char* model, const std::string& message) {
  if (!condition) throw ConfigError(std::string(model) + ": " + message);
}

/// The settings of images, width, outputs and dropout that both configurations have.
template <class Config>
void check_image_settings(const char* model, const Config& c) {
  const auto require = [model](bool condition, const std::string& message) {
    require_setting(condition, model, message);
  };
  require(c.channels >= 1, fmt::format("channels is {}, expected at least 1", c.channels));
  require(c.patch >= 1, fmt::format("patch is {}, expected at least 1", c.patch));
  require(
      c.image_rows >= 1 && c.image_cols >= 1 && c.image_rows % c.patch == 0 && c.image_cols % c.patch == 0,
      fmt::format("image size {} x {} must be positive multiples of patch {}", c.image_rows, c.image_cols,
                  c.patch));
  require(c.width >= 1 && c.heads >= 1 && c.width % c.heads == 0,
          fmt::format("width {} must be a positive multiple of heads {}", c.width, c.heads));
  require(c.image_rows <= kLargestImage && c.image_cols <= kLargestImage && c.channels <= kLargestImage,
          fmt::format("an image of {} x {} with {} channels has more than {} of one of them", c.image_rows,
                      c.image_cols, c.channels, kLargestImage));
  require(c.width <= kMostWidth, fmt::format("width is {}, expected at most {}", c.width, kMostWidth));
  require(c.outputs >= 1, fmt::format("outputs is {}, expected at least 1", c.outputs));
  require(c.outputs <= kMostOutputs,
          fmt::format("outputs is {}, expected at most {}", c.outputs, kMostOutputs));
  require(is_fraction(c.dropout), fmt::format("dropout is {}, expected 0 <= dropout < 1", c.dropout));
  require(is_fraction(c.drop_path), fmt::format("drop_path is {}, expected 0 <= drop_path < 1", c.drop_path));
  require(is_positive(c.epsilon), fmt::format("epsilon is {}, expected more than 0", c.epsilon));
}

/// Adds the embedding of patches and, if wanted, the positions of those of the training images.
template <class Model>
void add_patches(Model& model) {
  const auto& c = model.config;
  model.patches = add_patch_embedding(model.layout, "patch_embed.proj", c.channels, c.patch, c.width);
  if (!c.positions) return;
  const PatchGrid grid = patch_grid(c.image_rows, c.image_cols, c.patch);
  model.positions = add_position_grid(model.layout, "pos_embed", grid.size_x, grid.size_y, c.width);
}

/// Patches of images as vectors, with their positions.
template <class T, class Model>
Var<T> embed_patches(Tape<T>& tape, const Model& model, Var<T> images, Index rows, Index cols) {
  const Var<T> x = apply(tape, model.patches, images, rows, cols);
  if (!model.config.positions) return x;
  const PatchGrid grid = patch_grid(rows, cols, model.config.patch);
  return add_positions(tape, model.positions, x, grid.size_x, grid.size_y);
}

/// First rows of samples of `size` rows each, as drop_path wants them.
template <class T>
const std::int32_t* even_offsets(Tape<T>& tape, Index samples, Index size) {
  auto* offsets = tape.template keep<std::int32_t>(samples + 1);
  for (Index b = 0; b <= samples; ++b) offsets[b] = static_cast<std::int32_t>(b * size);
  return offsets;
}

}  // namespace plstm
