#pragma once

#include <string>

#include <plstm/nn/grids/grid_layer.hpp>

namespace plstm {

struct GridBlockOptions {
  GridLayerOptions layer = {};
  double dropout = 0;    ///< on what each branch adds
  double drop_path = 0;  ///< whole branches, per image
  double epsilon = 1e-5;
};

/// x <- x + layer(rms(x));  x <- x + down(gelu(up(rms2(x))))      (specification, section 3, "Block"), on
/// grids
struct GridBlock {
  GridBlockOptions options;
  GridLayer layer;
  ParameterId norm, norm2;  ///< [D]
  LinearLayer up, down;
};

/// Adds the block's parameters under "<name>.", with the names that Block has.
GridBlock add_grid_block(ParameterLayout& layout, const std::string& name, const GridBlockOptions& options);

/// x [B * size_x * size_y, D] -> the same shape. offsets [B + 1] delimit the grids for drop-path and outlive
/// the pass.
template <class T>
Var<T> apply(Tape<T>& tape, const GridBlock& block, Var<T> x, Index size_x, Index size_y,
             const std::int32_t* offsets);

}  // namespace plstm
