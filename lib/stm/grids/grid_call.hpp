#pragma once

#include <cstddef>

#include "stm/grids/grid_kernels.hpp"

// What the forms of the grid operator share: one call, cut into items of one grid, head and orientation.
namespace plstm {

template <class T>
struct GridCall {
  const GridInputs<T>& in;
  GridWorkspace<T>& workspace;
  const GridKernels<T>& kernels;
  T scale;  ///< c

  const GridShape& shape() const { return in.shape; }
  Index nodes() const { return shape().size_x * shape().size_y; }
  Index items() const { return shape().batch * shape().heads * shape().orientations; }
  Index state_size() const { return shape().tracking.state * shape().key_width * shape().value_width; }
  Index query_size() const { return shape().tracking.query * shape().key_width; }
  Index key_size() const { return shape().tracking.key * shape().key_width; }
  Index value_size() const { return shape().tracking.value * shape().value_width; }
  Index output_size() const { return shape().tracking.output * shape().value_width; }
  Index node_gradient_size() const { return query_size() + key_size() + value_size(); }
};

/// Item i: orientations of a head lie side by side, heads of a grid too.
struct GridItem {
  Index batch, head, orientation;
};
inline GridItem grid_item(const GridShape& shape, std::size_t i) {
  const Index item = static_cast<Index>(i);
  return {item / shape.orientations / shape.heads, item / shape.orientations % shape.heads,
          item % shape.orientations};
}

/// Where the gradients of the nodes of item i lie in memory for all items.
template <class T>
GridNodeGradients<T> node_gradients_of(const GridCall<T>& call, T* memory, std::size_t i) {
  T* query = memory + static_cast<Index>(i) * call.nodes() * call.node_gradient_size();
  T* key = query + call.nodes() * call.query_size();
  return {query, key, key + call.nodes() * call.key_size()};
}

/// output = sum over orientations of the items' outputs [nodes, JO, V].
template <class T>
void gather_outputs(const GridCall<T>& call, const T* items, HeadRows<T> output);

/// Adds the gradients of nodes, as node_gradients_of lays them out, over orientations to query, key and
/// value.
template <class T>
void gather_node_gradients(const GridCall<T>& call, T* items, const GridGradients<T>& gradients);

/// Elements of GridStates that the recurrent form keeps.
template <class T>
std::size_t grid_recurrent_states(const GridCall<T>& call);

template <class T>
void grid_recurrent_forward(const GridCall<T>& call, HeadRows<T> output, T* kept);

template <class T>
void grid_recurrent_backward(const GridCall<T>& call, HeadRows<const T> output_gradient,
                             const GridGradients<T>& gradients, const T* kept);

}  // namespace plstm
