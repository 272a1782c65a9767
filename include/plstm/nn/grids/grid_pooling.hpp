#pragma once

#include <array>

#include <plstm/core/named.hpp>
#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// What becomes of the nodes of a grid (specification, section 6, "Models").
enum class GridPooling {
  kCorners,  ///< nodes (0, 0), (X-1, 0), (0, Y-1), (X-1, Y-1), side by side: 4 D columns
  kMean,
  kSum,
  kMax,     ///< of each column, over all nodes (not in the paper)
  kCentre,  ///< node (X / 2, Y / 2), rounded down
  kCls,  ///< the first row of each sample. On a grid that is node (0, 0), which all others reach through one
         ///< of the four orientations; a model with a class token puts the token there
};

inline constexpr std::array<Named<GridPooling>, 6> kGridPoolingNames{{{GridPooling::kCorners, "corners"},
                                                                      {GridPooling::kMean, "mean"},
                                                                      {GridPooling::kSum, "sum"},
                                                                      {GridPooling::kMax, "max"},
                                                                      {GridPooling::kCentre, "centre"},
                                                                      {GridPooling::kCls, "cls"}}};

/// Columns of a pooled row.
Index pooled_width(GridPooling pooling, Index width);

/// x [B * size_x * size_y, D], node (x, y) of a grid in its row x * size_y + y -> [B, pooled_width]. Throws
/// ShapeError if the rows of x are no whole grids.
template <class T>
Var<T> pool_grid(Tape<T>& tape, Var<T> x, Index size_x, Index size_y, GridPooling pooling);

}  // namespace plstm
