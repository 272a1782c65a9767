#pragma once

#include <string>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// Cuts images into square patches and maps each to a vector: a convolution whose stride is its width.
///
///   y[b, x, y, d] = bias[d] + sum over c, r, s of weight[d, c, r, s] image[b, x p + r, y p + s, c]
///
/// x counts patches downwards, y to the right.
struct PatchEmbedding {
  Index channels = 0;  ///< C
  Index patch = 0;     ///< p, pixels a side
  ParameterId weight;  ///< [D, C, p, p]
  ParameterId bias;    ///< [D]
};

/// How many patches an image has down (x) and across (y).
struct PatchGrid {
  Index size_x = 0;
  Index size_y = 0;
};

/// Adds "<name>.weight", small (specification, section 3), and "<name>.bias". Throws ConfigError unless all
/// sizes are positive.
PatchEmbedding add_patch_embedding(ParameterLayout& layout, const std::string& name, Index channels,
                                   Index patch, Index width);

/// Throws ShapeError if an image of this size is empty or cannot be cut into whole patches.
PatchGrid patch_grid(Index rows, Index cols, Index patch);

/// images [B, rows * cols * C], each pixel's channels side by side -> [B * size_x * size_y, D]. Throws as
/// patch_grid does, and ShapeError if the images have another size.
template <class T>
Var<T> apply(Tape<T>& tape, const PatchEmbedding& embedding, Var<T> images, Index rows, Index cols);

}  // namespace plstm
