#pragma once

#include <algorithm>
#include <cstddef>

#include <plstm/core/product.hpp>

#include "stm/grids/grid_call.hpp"

// The memory of one block of a grid and its dense products, for the dense and the chunkwise form.
namespace plstm {

/// A rectangle of nodes, its borders along an orientation.
struct GridRectangle {
  Index x = 0, y = 0, size_x = 0, size_y = 0;
  bool from_left = false, from_up = false, to_right = false, to_down = false;

  Index nodes() const { return size_x * size_y; }
  Index states_in() const { return (from_left ? size_y : 0) + (from_up ? size_x : 0); }
  Index states_out() const { return (to_right ? size_y : 0) + (to_down ? size_x : 0); }
};

/// Hands out pieces of one allocation, each on a cache line; without memory it only counts.
template <class T>
class Pieces {
 public:
  explicit Pieces(T* memory) : memory_(memory) {}
  T* take(Index size) {
    constexpr Index kLine = 64 / static_cast<Index>(sizeof(T));
    T* piece = memory_ == nullptr ? nullptr : memory_ + used_;
    used_ += (size + kLine - 1) / kLine * kLine;
    return piece;
  }
  std::size_t used() const { return static_cast<std::size_t>(used_); }

 private:
  T* memory_;
  Index used_ = 0;
};

/// Rows of a block's nodes, one line for each node and J.
template <class T>
struct UnpackedRows {
  T* data = nullptr;
  Index width = 0, tracking = 0;
};

/// Everything a block needs besides states. `paths` has the block's path sums.
template <class T>
struct BlockMemory {
  BlockMemory(const GridCall<T>& call, const GridRectangle& r, bool backward, Pieces<T>& pieces);

  GridPaths<T> paths;
  GridScores<T> scores;
  Index nodes;
  UnpackedRows<T> query, key, value, output;                     ///< output: its gradient, backward
  UnpackedRows<T> query_gradient, key_gradient, value_gradient;  ///< backward only
  T* read;   ///< [nodes, JO, states in, JT, K] queries through the gates to the states that enter
  T* write;  ///< [nodes, JV, states out, JT, K] keys through the gates to the states that leave
  /// Backward only: columns of the rows of nodes, [width, nodes J], with room behind those of query and key.
  T *query_columns = nullptr, *key_columns = nullptr, *value_columns = nullptr, *output_columns = nullptr;
  T* read_gradient = nullptr;   ///< backward only
  T* write_gradient = nullptr;  ///< backward only

  MatrixView<T> lines(const UnpackedRows<T>& rows) const {
    return {rows.data, nodes * rows.tracking, rows.width, rows.width};
  }
  /// [nodes J, nodes J'] of the scores.
  MatrixView<T> square(T* data, Index row_tracking, Index col_tracking) const {
    return {data, nodes * row_tracking, nodes * col_tracking, scores.stride};
  }
};

template <class T>
MatrixView<const T> read_only(const MatrixView<T>& view) {
  return {view.data, view.rows, view.cols, view.stride};
}

/// Copies one head's rows of a block's nodes, unpacked.
template <class T, class From>
void unpack_rows(const GridShape& shape, const GridPaths<T>& block, const HeadRows<From>& from,
                 const UnpackedRows<T>& to) {
  T* line = to.data;
  for (Index x = 0; x < block.size_x; ++x) {
    for (Index y = 0; y < block.size_y; ++y) {
      const From* row =
          from.at((block.batch * shape.size_x + block.x + x) * shape.size_y + block.y + y, block.head);
      if (to.tracking == 1) {
        line = std::copy_n(row, to.width, line);
        continue;
      }
      for (Index j = 0; j < to.tracking; ++j, line += to.width) {
        for (Index d = 0; d < to.width; ++d) line[d] = row[d * to.tracking + j];
      }
    }
  }
}

/// The way back; replaces what was there or adds to it.
template <class T>
void pack_rows(const GridShape& shape, const GridPaths<T>& block, const UnpackedRows<T>& from,
               const HeadRows<T>& to, Store store) {
  const T* line = from.data;
  for (Index x = 0; x < block.size_x; ++x) {
    for (Index y = 0; y < block.size_y; ++y) {
      T* row = to.at((block.batch * shape.size_x + block.x + x) * shape.size_y + block.y + y, block.head);
      if (from.tracking == 1) {
        if (store == Store::kReplace) {
          std::copy_n(line, from.width, row);
        } else {
          for (Index d = 0; d < from.width; ++d) row[d] += line[d];
        }
        line += from.width;
        continue;
      }
      for (Index j = 0; j < from.tracking; ++j, line += from.width) {
        for (Index d = 0; d < from.width; ++d) {
          T& place = row[d * from.tracking + j];
          place = store == Store::kAdd ? place + line[d] : line[d];
        }
      }
    }
  }
}

template <class T>
void grid_dense_forward(const GridCall<T>& call, HeadRows<T> output);

template <class T>
void grid_dense_backward(const GridCall<T>& call, HeadRows<const T> output_gradient,
                         const GridGradients<T>& gradients);

/// Elements of GridStates that the chunkwise form keeps.
template <class T>
std::size_t grid_chunkwise_states(const GridCall<T>& call, int levels);

template <class T>
void grid_chunkwise_forward(const GridCall<T>& call, int levels, HeadRows<T> output, T* kept);

template <class T>
void grid_chunkwise_backward(const GridCall<T>& call, int levels, HeadRows<const T> output_gradient,
                             const GridGradients<T>& gradients, const T* kept);

template <class T>
std::size_t grid_sliced_states(const GridCall<T>& call, int levels);

template <class T>
void grid_sliced_forward(const GridCall<T>& call, int levels, HeadRows<T> output, T* kept);

template <class T>
void grid_sliced_backward(const GridCall<T>& call, int levels, HeadRows<const T> output_gradient,
                          const GridGradients<T>& gradients, const T* kept);

}  // namespace plstm
