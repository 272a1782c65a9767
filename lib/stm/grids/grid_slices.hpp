#pragma once

#include <cstddef>

#include <plstm/stm/grids/grid_operator.hpp>

// The sliced form of the grid operator (docs/operator.md, section 8): no entry of a state ever meets one of
// another row or column, so a few rows and columns of all states travel through the grid by themselves.
namespace plstm {

/// How states [K, V] are cut: `row_slices` times `column_slices` slices, of `rows` x `columns` entries or, at
/// the end, fewer. A piece is the slice of one state.
struct GridSlices {
  Index rows = 0, row_slices = 0;        ///< rows in all: K
  Index columns = 0, column_slices = 0;  ///< columns in all: `values`
  Index values = 0;                      ///< V up to whole cache lines

  Index count() const { return row_slices * column_slices; }
  Index piece() const { return rows * columns; }
};

/// Gates of a node, or their gradients, in one line; those of absent turns are zero, marks are times c.
enum GridFactor {
  kLeftToRight,
  kUpToDown,
  kMarkLeft,
  kMarkUp,
  kUpToRight,
  kLeftToDown,
  kSourceRight,
  kSourceDown,
  kGridFactors
};

/// What slices read besides queries and keys. G grids, H heads, o orientations, N nodes of a grid.
template <class T>
struct GridPacked {
  T* factors;          ///< [G, H, o, N, factors]
  T* value;            ///< [G, H, N, values], zeros behind V
  T* output_gradient;  ///< the same, backward only
};

/// What slices leave, to be added up in their order: each for itself, or where one task has all slices of a
/// grid, head and orientation, already added up.
template <class T>
struct GridParts {
  Index rows, columns;  ///< row and column slices that are apart: all of them, or 1
  T* output;            ///< [G, H, o, rows, N, values]; backward: gradient of value
  T* query;             ///< [G, H, o, columns, row slices, N, rows of a slice]; gradients, backward only
  T* key;               ///< the same
  T* factors;           ///< [G, H, o, rows, columns, N, factors]; gradients, backward only
};

/// What becomes of the parts of one node, for all heads.
template <class T>
struct GridSum {
  const GridInputs<T>& in;
  const GridSlices& slices;
  GridPacked<T> packed;
  GridParts<T> parts;
  T scale;  ///< c
};

/// One block of nodes and one slice. Node (a, c), counted along the orientation, is node first + a step_x + c
/// step_y of the grid; rows of nodes lie at node * stride.
template <class T>
struct GridTile {
  Index size_x, size_y;
  Index first, step_x, step_y;
  Index rows, columns;  ///< of a piece
  const T *query, *key;
  Index query_stride, key_stride;
  const T *value, *output_gradient;  ///< node * values
  Index values;
  const T* factors;
  T* right;   ///< [size_y] pieces that cross the block along x; those that leave replace those that enter
  T* down;    ///< [size_x] pieces, along y
  T* kept;    ///< states that enter, right, then down: written forward unless null, read backward
  T* inner;   ///< backward only: room for [size_x, size_y, 2] pieces
  T* output;  ///< of nodes, node * values, unless null; backward: gradient of value
  T *query_gradient, *key_gradient;  ///< [N, rows of a slice]
  Index gradient_rows;
  T* factor_gradients;  ///< [N, factors]
  /// Whether to add to output, query and key, or factors rather than to replace them.
  bool add_output, add_query, add_factors;
  /// What will be asked for next: nodes this far ahead and, if not null, what will be kept or read.
  Index ahead;
  const T* kept_ahead;
};

}  // namespace plstm
