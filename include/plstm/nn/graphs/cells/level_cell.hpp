#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// How many numbers a cell has for each node and edge.
struct CellWidths {
  Index state = 0;      ///< S, what successors read
  Index output = 0;     ///< columns of the state, the first ones, that are the result; at most S
  Index kept = 0;       ///< of each node, from the forward pass to the backward pass
  Index edge_kept = 0;  ///< of each edge, likewise
  Index scratch = 0;    ///< of each node, only during a call
};

/// Some nodes of one level and the edges into them, as a cell sees them: n nodes, m edges, counted from 0. States and kept
/// numbers of consecutive nodes lie one after the other, so that state(0) and kept(0) are row-major matrices of n rows.
/// A view of memory that belongs to the tape.
template <class T>
struct CellBlock {
  Index num_nodes = 0;
  Index num_edges = 0;

  /// Edges edge_begin(i) .. edge_begin(i + 1) - 1 enter node i.
  Index edge_begin(Index i) const { return edge_offsets[i] - edge_offsets[0]; }
  const T* feature(Index i) const { return features + nodes[i] * feature_width; }                 ///< [F]
  const T* edge_feature(Index j) const { return edge_features + edges[j] * edge_feature_width; }  ///< [G]
  const T* source(Index j) const {
    return all_states + sources[j] * widths.state;
  }                                                              ///< [S] where edge j starts
  T* state(Index i) const { return states + i * widths.state; }  ///< [S]
  T* kept(Index i) const { return kept_rows + i * widths.kept; }
  T* edge_kept(Index j) const { return edge_kept_rows + j * widths.edge_kept; }

  CellWidths widths = {};
  Index feature_width = 0, edge_feature_width = 0;  ///< F, G; G is 0 if there are no features of edges
  T* scratch = nullptr;                             ///< [n * widths.scratch]

  // What the functions above read.
  const std::int32_t *nodes = nullptr, *edge_offsets = nullptr, *edges = nullptr, *sources = nullptr;
  const T *features = nullptr, *edge_features = nullptr, *all_states = nullptr;
  T *states = nullptr, *kept_rows = nullptr, *edge_kept_rows = nullptr;
};

/// The same on the way back. backward() reads gradients of states and replaces what the other gradients hold, every entry.
template <class T>
struct CellGradients : CellBlock<T> {
  T* state_gradient(Index i) const {
    return state_gradients + i * this->widths.state;
  }  ///< [S]; may be changed
  T* source_gradient(Index j) const { return source_gradients + j * this->widths.state; }  ///< [S]
  T* feature_gradient(Index i) const {                                                     ///< [F]
    return feature_gradients + (feature_rows == nullptr ? i : feature_rows[i]) * this->feature_width;
  }
  T* edge_feature_gradient(Index j) const {  ///< [G]
    return edge_feature_gradients +
           (edge_feature_rows == nullptr ? j : edge_feature_rows[j]) * this->edge_feature_width;
  }

  // What the functions above read.
  T *state_gradients = nullptr, *source_gradients = nullptr;
  T *feature_gradients = nullptr, *edge_feature_gradients = nullptr;
  const std::int32_t *feature_rows = nullptr, *edge_feature_rows = nullptr;
};

/// A cell with a backward pass of its own, for run_levels().
///
///   widths()       how many numbers it has; constant
///   parameters()   a std::array of Var<T>, the parameters whose gradients it adds to
///   forward(b)     fills the states of the block's nodes, and what is kept of nodes and edges
///   backward(g)    from the gradients of these states makes those of the sources and features; may write to what is
///                  kept and to the gradients of the states, for the next function
///   add_gradients(g, sums)   adds the gradients of the parameters to `sums`, in the order of parameters(). It comes after
///                  the backward passes of all levels, for nodes of many levels at once, so that it can be one large
///                  product. Gradients of sources and features are not there any more.
///
/// Blocks of one level run in parallel: a cell writes nothing but the arrays of its block. It is copied onto the tape.
template <class C, class T>
concept LevelCell = std::is_trivially_copyable_v<C> &&
    requires(const C& cell, const CellBlock<T>& block, const CellGradients<T>& gradients,
             std::span<T* const> sums) {
  { cell.widths() } -> std::same_as<CellWidths>;
  { cell.parameters()[0] } -> std::convertible_to<Var<T>>;
  cell.forward(block);
  cell.backward(gradients);
  cell.add_gradients(gradients, sums);
};

}  // namespace plstm
