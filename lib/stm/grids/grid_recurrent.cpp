#include <plstm/core/parallel.hpp>

#include "stm/grids/grid_call.hpp"

namespace plstm {

namespace {

template <class T>
std::size_t sweep_scratch(const GridCall<T>& call) {
  const TrackingWidths& j = call.shape().tracking;
  const Index read = j.output * j.state * call.shape().key_width;
  const Index write = j.state * j.value * call.shape().key_width;
  return static_cast<std::size_t>(3 * call.state_size() + call.node_gradient_size() + call.output_size() +
                                  3 * (read + write) + 4 * call.shape().value_width);
}

// All states of an item, incoming ones of every node, first those from the left.
template <class T>
GridSweep<T> stored_sweep(const GridCall<T>& call, std::size_t i, T* states, T* scratch) {
  const GridItem item = grid_item(call.shape(), i);
  GridSweep<T> sweep{};
  sweep.batch = item.batch;
  sweep.head = item.head;
  sweep.orientation = item.orientation;
  sweep.left = states;
  sweep.up = states + call.nodes() * call.state_size();
  sweep.left_period = call.shape().size_x;
  sweep.scratch = scratch;
  sweep.scale = call.scale;
  return sweep;
}

// States that will be read again in this sweep only.
template <class T>
std::size_t frontier_size(const GridCall<T>& call) {
  return static_cast<std::size_t>((2 * call.shape().size_y + 2) * call.state_size());
}

}  // namespace

template <class T>
std::size_t grid_recurrent_states(const GridCall<T>& call) {
  return static_cast<std::size_t>(call.items() * 2 * call.nodes() * call.state_size());
}

template <class T>
void grid_recurrent_forward(const GridCall<T>& call, HeadRows<T> output, T* kept) {
  const auto items = static_cast<std::size_t>(call.items());
  const Index frontier_up = 2 * call.shape().size_y * call.state_size();
  auto outputs = call.workspace.scratch.borrow();
  T* y = outputs.reserve(items * static_cast<std::size_t>(call.nodes() * call.output_size()));
  parallel_for(items, 1, [&](std::size_t i) {
    auto scratch = call.workspace.scratch.borrow();
    const std::size_t frontier = kept != nullptr ? 0 : frontier_size(call);
    T* memory = scratch.reserve(frontier + sweep_scratch(call));
    GridSweep<T> sweep = stored_sweep(call, i, kept, memory + frontier);
    if (kept != nullptr) {
      sweep = stored_sweep(call, i, kept + i * (grid_recurrent_states(call) / items), memory);
    } else {
      sweep.left = memory;
      sweep.up = memory + frontier_up;
      sweep.left_period = sweep.up_period = 2;
    }
    call.kernels.sweep_forward(call.in, sweep, y + static_cast<Index>(i) * call.nodes() * call.output_size());
  });
  gather_outputs(call, y, output);
}

template <class T>
void grid_recurrent_backward(const GridCall<T>& call, HeadRows<const T> output_gradient,
                             const GridGradients<T>& gradients, const T* kept) {
  const auto items = static_cast<std::size_t>(call.items());
  const std::size_t states = grid_recurrent_states(call) / items;
  const std::size_t frontier = frontier_size(call);
  const auto outputs = static_cast<std::size_t>(call.nodes() * call.output_size());
  auto node_gradients = call.workspace.scratch.borrow();
  T* nodes =
      node_gradients.reserve(items * static_cast<std::size_t>(call.nodes() * call.node_gradient_size()));
  parallel_for(items, 1, [&](std::size_t i) {
    auto again = call.workspace.scratch.borrow();
    auto scratch = call.workspace.scratch.borrow();
    T* memory = scratch.reserve(frontier + sweep_scratch(call));
    // Kept states are only read.
    T* all = kept != nullptr ? const_cast<T*>(kept) + i * states : again.reserve(states + outputs);
    GridSweep<T> sweep = stored_sweep(call, i, all, memory + frontier);
    if (kept == nullptr) call.kernels.sweep_forward(call.in, sweep, all + states);
    sweep.left_adjoint = memory;
    sweep.up_adjoint = memory + 2 * call.shape().size_y * call.state_size();
    call.kernels.sweep_backward(call.in, sweep, output_gradient, gradients,
                                node_gradients_of(call, nodes, i));
  });
  gather_node_gradients(call, nodes, gradients);
}

#define PLSTM_INSTANTIATE(T)                                                                               \
  template std::size_t grid_recurrent_states<T>(const GridCall<T>&);                                       \
  template void grid_recurrent_forward<T>(const GridCall<T>&, HeadRows<T>, T*);                            \
  template void grid_recurrent_backward<T>(const GridCall<T>&, HeadRows<const T>, const GridGradients<T>&, \
                                           const T*);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
