#pragma once

#include <vector>

#include <plstm/nn/grids/grid_pooling.hpp>
#include <plstm/nn/grids/patch_embedding.hpp>
#include <plstm/nn/grids/position_grid.hpp>
#include <plstm/nn/shared/attention.hpp>

namespace plstm {

/// A vision transformer of the usual kind (Dosovitskiy et al. 2021), to compare with: patch embedding,
/// learned positions, blocks x <- x + attention(norm(x)), x <- x + mlp(norm(x)) with layer norms and a hidden
/// layer of 4 D (GELU), a norm, pooling, a linear head.
struct VisionTransformerConfig {
  Index image_rows = 192;  ///< the size whose patches have positions of their own; others get them resized
  Index image_cols = 192;
  Index channels = 3;
  Index patch = 16;
  Index width = 192;  ///< D
  Index heads = 3;    ///< H
  Index blocks = 12;
  bool positions = true;
  GridPooling pooling = GridPooling::kMean;  ///< or kCls: a learned token before the patches
  Index outputs = 1;
  double dropout = 0;    ///< on what each branch adds
  double drop_path = 0;  ///< of the last block; earlier ones in proportion
  double epsilon = 1e-6;
};

/// Throws ConfigError naming the setting that makes no sense.
void check_config(const VisionTransformerConfig& config);

/// Scale and shift of a layer norm.
struct LayerNorm {
  ParameterId weight, bias;  ///< [D]
};

struct TransformerBlock {
  LayerNorm norm1, norm2;
  AttentionLayer attention;
  LinearLayer fc1, fc2;  ///< D -> 4 D -> D
  double drop_path = 0;
};

/// Parameters have the names that are usual for this model; positions are those of PositionGrid.
struct VisionTransformer {
  VisionTransformerConfig config;
  ParameterLayout layout;

  PatchEmbedding patches;
  PositionGrid positions;  ///< if config.positions
  ParameterId token;       ///< [1, 1, D], if pooling is kCls
  std::vector<TransformerBlock> blocks;
  LayerNorm norm;
  LinearLayer head;
};

VisionTransformer make_vision_transformer(const VisionTransformerConfig& config);

/// images [B, rows * cols * C], each pixel's channels side by side -> [B, outputs]. Throws ShapeError if an
/// image cannot be cut into whole patches or the images have another size.
template <class T>
Var<T> forward(Tape<T>& tape, const VisionTransformer& model, Var<T> images, Index rows, Index cols);

}  // namespace plstm
