#pragma once

#include <string>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// Learned vectors, one for each node of a grid, added to what stands there.
struct PositionGrid {
  Index size_x = 0;
  Index size_y = 0;
  Index width = 0;    ///< D
  ParameterId embed;  ///< [1, size_x, size_y, D]
};

/// Adds "<name>.embed", normal with the given deviation, without weight decay. Throws ConfigError unless all
/// sizes are positive.
PositionGrid add_position_grid(ParameterLayout& layout, const std::string& name, Index size_x, Index size_y,
                               Index width, double deviation = 0.02);

/// x [B * size_x * size_y, D] plus the positions of each node, of which there are B grids. A grid of another
/// size than that of the parameters gets them resized. Throws ShapeError if the rows of x are no whole grids.
template <class T>
Var<T> add_positions(Tape<T>& tape, const PositionGrid& positions, Var<T> x, Index size_x, Index size_y);

/// Bicubic resizing of a table [from_x * from_y, D] to [to_x * to_y, D], along one axis:
///
///   y_i = sum over the four j around u of w(u - j) table_j,   u = (i + 1/2) from / to - 1/2
///   w(t) = (a + 2) |t|^3 - (a + 3) t^2 + 1       up to |t| = 1
///   w(t) = a (|t|^3 - 5 t^2 + 8 |t| - 4)         up to |t| = 2,   a = -3/4
///
/// and likewise along the other. Entries beyond the border repeat the last one. That is the rule of the usual
/// image libraries without anti-aliasing, corners not aligned. Throws ShapeError if a size is not positive.
template <class T>
Var<T> resize_grid(Tape<T>& tape, Var<T> table, Index from_x, Index from_y, Index to_x, Index to_y);

}  // namespace plstm
