#pragma once

#include <plstm/core/parallel.hpp>

#include "stm/grids/grid_block.hpp"
#include "stm/grids/grid_slices.hpp"

// What the slices of one call share.
namespace plstm {

/// Pieces of one kilobyte in rows of one or two cache lines.
template <class T>
GridSlices cut_grid_states(const GridShape& shape);

/// Packed rows and parts of one call, in one piece of memory.
template <class T>
struct GridSliceMemory {
  GridSlices slices;
  GridPacked<T> packed{};
  GridParts<T> parts{};

  /// `apart`: every slice leaves parts of its own.
  GridSliceMemory(const GridCall<T>& call, bool backward, bool apart, Pieces<T>& pieces);

  /// Fills `packed`; the gradient may be null forward.
  void pack(const GridCall<T>& call, const HeadRows<const T>* output_gradient) const;
};

/// Calls body(row) for the nodes of all grids, in parallel. Gates of a node's heads lie side by side, so a
/// task has all of them.
template <class T, class Body>
void for_grid_nodes(const GridCall<T>& call, const Body& body) {
  parallel_for(static_cast<std::size_t>(call.shape().batch * call.nodes()), 64,
               [&](std::size_t row) { body(static_cast<Index>(row)); });
}

}  // namespace plstm
