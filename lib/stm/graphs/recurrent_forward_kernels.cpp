// The recurrent form, node by node: the states of the edges into a node are read once, for its output and for
// the states of the edges out of it.
#include "stm/graphs/node_columns.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

// Where the states of the edges around the nodes lie.
template <class T>
struct States {
  const std::int32_t* place;
  T* data;
  std::ptrdiff_t size, column;

  T* at(EdgeId edge) const { return data + place[edge] * size + column; }
};

template <class P, bool Reads, class T, int In, int Out>
inline typename P::R forward_fused(const OperatorView<T>& view, const NodeInputs<T>& node,
                                   const NodeGates<T, In, Out>& gates, const States<T>& states) {
  using R = typename P::R;
  const std::ptrdiff_t stride = view.value_width;
  const R value = P::repeat(node.value + states.column);
  const T* from[In];
  T* to[Out];
  for (int i = 0; i < In; ++i) from[i] = states.at(view.in_edges[node.in_begin + i]);
  for (int o = 0; o < Out; ++o) to[o] = states.at(view.out_edges[node.out_begin + o]);
  R y{};
  const std::ptrdiff_t rows = view.key_width;
#pragma GCC unroll 2
  for (std::ptrdiff_t row = 0; row < rows; row += P::kRows) {
    R in[In];
#pragma GCC unroll 2
    for (int i = 0; i < In; ++i) in[i] = R::load(from[i] + row * stride);
    if constexpr (Reads) {
      R read = R::scaled(gates.mark[0], in[0]);
      if constexpr (In > 1) read.add(gates.mark[1], in[1]);
      P::add(y, P::factor(node.query + row), read);
    }
    const R written = P::scaled(P::factor(node.key + row), value);
#pragma GCC unroll 2
    for (int o = 0; o < Out; ++o) {
      R out = R::scaled(gates.source[o], written);
#pragma GCC unroll 2
      for (int i = 0; i < In; ++i) out.add(gates.transition[i][o], in[i]);
      out.store(to[o] + row * stride);
    }
  }
  return y;
}

// One pass over the state for the source and the first predecessor, then one for each two more.
template <class P, class T>
inline void update_state(const OperatorView<T>& view, std::ptrdiff_t head, const NodeInputs<T>& node,
                         EdgeId edge, const States<T>& states) {
  using R = typename P::R;
  const std::ptrdiff_t stride = view.value_width;
  const R value = R::scaled(*at(view.source, edge, head), P::repeat(node.value + states.column));
  T* to = states.at(edge);
  const auto transition = [&](std::int32_t j) {
    return *at(view.transition, view.predecessor_line_edges[j], head);
  };
  const auto from = [&](std::int32_t j) { return static_cast<const T*>(states.at(view.predecessors[j])); };
  std::int32_t j = view.predecessor_offsets[edge];
  const std::int32_t end = view.predecessor_offsets[edge + 1];
  if (j == end) {
    for (std::ptrdiff_t row = 0; row < view.key_width; row += P::kRows)
      P::scaled(P::factor(node.key + row), value).store(to + row * stride);
    return;
  }
  const T first_factor = transition(j);
  const T* first = from(j++);
  for (std::ptrdiff_t row = 0; row < view.key_width; row += P::kRows) {
    R state = P::scaled(P::factor(node.key + row), value);
    state.add(first_factor, R::load(first + row * stride));
    state.store(to + row * stride);
  }
  for (; j < end; j += 2) {
    const bool two = j + 1 < end;
    const T factors[2] = {transition(j), two ? transition(j + 1) : T(0)};
    const T* more[2] = {from(j), from(two ? j + 1 : j)};
    for (std::ptrdiff_t row = 0; row < view.key_width; row += P::kRows) {
      R state = R::load(to + row * stride);
      state.add(factors[0], R::load(more[0] + row * stride));
      state.add(factors[1], R::load(more[1] + row * stride));
      state.store(to + row * stride);
    }
  }
}

template <class P, bool Reads, class T>
inline typename P::R forward_general(const OperatorView<T>& view, std::ptrdiff_t head,
                                     const NodeInputs<T>& node, const States<T>& states) {
  using R = typename P::R;
  const std::ptrdiff_t stride = view.value_width;
  R y{};
  for (std::int32_t i = node.in_begin; Reads && i < node.in_end; ++i) {
    const EdgeId edge = view.in_edges[i];
    const T mark = *at(view.mark, edge, head);
    const T* from = states.at(edge);
    R read{};
    for (std::ptrdiff_t row = 0; row < view.key_width; row += P::kRows)
      P::add(read, P::factor(node.query + row), R::load(from + row * stride));
    y.add(mark, read);
  }
  for (std::int32_t i = node.out_begin; i < node.out_end; ++i)
    update_state<P>(view, head, node, view.out_edges[i], states);
  return y;
}

// Asks for what nodes a little further on will read.
template <class P, bool Reads, class T>
inline void prefetch_nodes(const OperatorView<T>& view, const NodeSweep<T>& sweep, const States<T>& states,
                           std::ptrdiff_t i, const HeadRows<T>& output) {
  if (i + kInputsAhead < sweep.count) {
    const NodeId node = sweep.nodes[i + kInputsAhead];
    if (Reads) prefetch(at(view.query, node, sweep.head), view.key_width);
    prefetch(at(view.key, node, sweep.head), view.key_width);
    prefetch(at(view.value, node, sweep.head) + states.column, P::kWidth);
    if (Reads) prefetch(at(output, node, sweep.head) + states.column, P::kWidth);
  }
  if (i + kStatesAhead < sweep.count && P::kWidth == view.value_width) {
    const NodeId node = sweep.nodes[i + kStatesAhead];
    for (std::int32_t j = view.in_offsets[node]; j < view.in_offsets[node + 1]; ++j)
      prefetch(states.at(view.in_edges[j]), states.size);
  }
}

template <class P, bool Reads, class T>
void forward_columns(const OperatorView<T>& view, const NodeSweep<T>& sweep, std::ptrdiff_t column,
                     const HeadRows<T>& output) {
  const States<T> states{sweep.place, sweep.states, view.key_width * view.value_width, column};
  for (std::ptrdiff_t i = 0; i < sweep.count; ++i) {
    prefetch_nodes<P, Reads>(view, sweep, states, i, output);
    const NodeInputs<T> node(view, sweep.head, sweep.nodes[i]);
    typename P::R read;
    if (!with_small_degrees<P>(node, [&](auto in, auto out) {
          const NodeGates<T, in.value, out.value> gates(view, sweep.head, node);
          read = forward_fused<P, Reads>(view, node, gates, states);
        })) {
      read = forward_general<P, Reads>(view, sweep.head, node, states);
    }
    if (!Reads) continue;
    T* y = at(output, sweep.nodes[i], sweep.head) + column;
    const T own = node.direct * dot(node.query, node.key, view.key_width);
    for (int c = 0; c < P::kWidth; ++c) y[c] = (sweep.adds ? y[c] : T(0)) + own * node.value[column + c];
    P::add_sum_of_rows(read, y);
  }
}

template <class T>
void sweep_forward(const OperatorView<T>& view, const NodeSweep<T>& sweep, const HeadRows<T>& output) {
  for_column_slices<T>(view.key_width, view.value_width, [&](auto policy, std::ptrdiff_t column) {
    if (output.data != nullptr) {
      forward_columns<decltype(policy), true>(view, sweep, column, output);
    } else {
      forward_columns<decltype(policy), false>(view, sweep, column, output);
    }
  });
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
RecurrentForwardKernels<T> RecurrentForwardKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.sweep_forward = isa::sweep_forward<T>};
}

template RecurrentForwardKernels<float> RecurrentForwardKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template RecurrentForwardKernels<double> RecurrentForwardKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
