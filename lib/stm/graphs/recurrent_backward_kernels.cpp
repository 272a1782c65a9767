// The recurrent form backwards, node by node from the last to the first. At a node meet the states C of the
// edges into it and the adjoints A of the edges out of it; from them come all gradients and the adjoints of
// the edges into it (docs/operator.md, section 2).
#include "core/hot_loops.hpp"
#include "stm/graphs/node_columns.hpp"

namespace plstm::PLSTM_ISA_NAMESPACE {

namespace {

template <class T, class R>
inline T lane_sum(const R& row) {
  constexpr int kSize = static_cast<int>(sizeof(decltype(fold(row))) / sizeof(T));
  return reduce<T, kSize, 1>(fold(row));
}

// Sum of products of rows, one accumulator per kind of piece.
template <class R>
struct DotSum {
  R sums{};

  inline void add(const R& a, const R& b) {
#pragma GCC unroll 16
    for (int i = 0; i < R::kFull; ++i) sums.full[0] += a.full[i] * b.full[i];
    if constexpr (R::kRest > 0) sums.rest += a.rest * b.rest;
  }
};

// Everything a node's gradients are made of, for one slice of columns.
template <class P, class T>
struct NodePass {
  using R = typename P::R;

  const OperatorView<T>& view;
  const NodeSweep<T>& sweep;
  const GradientView<T>& gradients;
  const NodeInputs<T>& node;
  std::ptrdiff_t head, stride, column;
  R value, output_gradient;
  R value_gradient;
  typename P::Lanes *read, *written;  ///< [K] lanes of the gradients of query and key

  const T* state(EdgeId edge) const {
    return sweep.states + sweep.place[edge] * view.key_width * stride + column;
  }
  T* adjoint(EdgeId edge) const {
    return sweep.adjoints + sweep.adjoint_place[edge] * view.key_width * stride + column;
  }
};

// Adds the sum of all lanes of each row to a place of its own; many sums at once cost less than one by one.
template <class R, class T, int Count>
struct LaneSums {
  static constexpr int kSize = static_cast<int>(sizeof(decltype(fold(R{}))) / sizeof(T));
  static constexpr int kRounded = Count <= 1 ? 1 : Count <= 2 ? 2 : Count <= 4 ? 4 : 8;
  typename LanesOf<T, kSize>::Type rows[kRounded] = {};
  T* to[Count];
  int count = 0;

  inline void add(T* place, const R& row) {
    rows[count] = fold(row);
    to[count++] = place;
  }
  inline void finish() {
    T sums[kRounded] = {};
    add_lane_sums<T, kSize>(rows, kRounded, sums);
    for (int i = 0; i < count; ++i) *to[i] += sums[i];
  }
};

template <class P, class T, int In, int Out>
inline void backward_fused(NodePass<P, T>& pass, const NodeGates<T, In, Out>& gates) {
  using R = typename P::R;
  const NodeInputs<T>& node = pass.node;
  const OperatorView<T>& view = pass.view;
  const T* state[In];
  T* to[In];
  const T* adjoint[Out];
  for (int i = 0; i < In; ++i) {
    state[i] = pass.state(view.in_edges[node.in_begin + i]);
    to[i] = pass.adjoint(view.in_edges[node.in_begin + i]);
  }
  for (int o = 0; o < Out; ++o) adjoint[o] = pass.adjoint(view.out_edges[node.out_begin + o]);
  R read_back[In] = {};      // C_f^T q
  R written_back[Out] = {};  // A_e^T k
  DotSum<R> along[In][Out];
  const R value = pass.value;
  const R dy = pass.output_gradient;
  for (std::ptrdiff_t row = 0; row < view.key_width; row += P::kRows) {
    const auto query = P::factor(node.query + row);
    const auto key = P::factor(node.key + row);
    R c[In], a[Out];
#pragma GCC unroll 2
    for (int i = 0; i < In; ++i) c[i] = R::load(state[i] + row * pass.stride);
#pragma GCC unroll 2
    for (int o = 0; o < Out; ++o) a[o] = R::load(adjoint[o] + row * pass.stride);
    R read = R::scaled(gates.mark[0], c[0]);
    if constexpr (In > 1) read.add(gates.mark[1], c[1]);
    P::sum_columns(pass.read + row, R::product(read, dy));
    R written = R::scaled(gates.source[0], a[0]);
    if constexpr (Out > 1) written.add(gates.source[1], a[1]);
    P::sum_columns(pass.written + row, R::product(written, value));
    const R seen = P::scaled(query, dy);
#pragma GCC unroll 2
    for (int o = 0; o < Out; ++o) P::add(written_back[o], key, a[o]);
#pragma GCC unroll 2
    for (int i = 0; i < In; ++i) {
      P::add(read_back[i], query, c[i]);
      R x = R::scaled(gates.mark[i], seen);
#pragma GCC unroll 2
      for (int o = 0; o < Out; ++o) {
        x.add(gates.transition[i][o], a[o]);
        along[i][o].add(c[i], a[o]);
      }
      x.store(to[i] + row * pass.stride);
    }
  }
  LaneSums<R, T, In + Out + In * Out> sums;
  for (int i = 0; i < In; ++i) {
    sums.add(at(pass.gradients.mark, view.in_edges[node.in_begin + i], pass.head),
             R::product(read_back[i], dy));
    for (int o = 0; o < Out; ++o) {
      if (gates.line_edge[i][o] >= 0)
        sums.add(at(pass.gradients.transition, gates.line_edge[i][o], pass.head), along[i][o].sums);
    }
  }
  for (int o = 0; o < Out; ++o) {
    sums.add(at(pass.gradients.source, view.out_edges[node.out_begin + o], pass.head),
             R::product(written_back[o], value));
    pass.value_gradient.add(gates.source[o], written_back[o]);
  }
  sums.finish();
}

template <class P, class T>
inline void backward_general(NodePass<P, T>& pass) {
  using R = typename P::R;
  using Lanes = typename P::Lanes;
  const NodeInputs<T>& node = pass.node;
  const OperatorView<T>& view = pass.view;
  const std::ptrdiff_t rows = view.key_width;
  const std::ptrdiff_t stride = pass.stride;
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    pass.read[row] = Lanes{};
    pass.written[row] = Lanes{};
  }
  const auto add_columns = [](Lanes* sums, const R& x) {
    Lanes more[P::kRows];
    P::sum_columns(more, x);
    for (std::ptrdiff_t i = 0; i < P::kRows; ++i) sums[i] += more[i];
  };
  for (std::int32_t i = node.out_begin; i < node.out_end; ++i) {
    const EdgeId edge = view.out_edges[i];
    const T source = *at(view.source, edge, pass.head);
    const T* adjoint = pass.adjoint(edge);
    const R value = R::scaled(source, pass.value);
    R written_back{};
    for (std::ptrdiff_t row = 0; row < rows; row += P::kRows) {
      const R a = R::load(adjoint + row * stride);
      add_columns(pass.written + row, R::product(a, value));
      P::add(written_back, P::factor(node.key + row), a);
    }
    *at(pass.gradients.source, edge, pass.head) += lane_sum<T>(R::product(written_back, pass.value));
    pass.value_gradient.add(source, written_back);
  }
  for (std::int32_t i = node.in_begin; i < node.in_end; ++i) {
    const EdgeId edge = view.in_edges[i];
    const T* state = pass.state(edge);
    T* to = pass.adjoint(edge);
    const R dy = R::scaled(*at(view.mark, edge, pass.head), pass.output_gradient);
    R read_back{};
    for (std::ptrdiff_t row = 0; row < rows; row += P::kRows) {
      const R c = R::load(state + row * stride);
      const auto query = P::factor(node.query + row);
      add_columns(pass.read + row, R::product(c, dy));
      P::add(read_back, query, c);
      P::scaled(query, dy).store(to + row * stride);
    }
    *at(pass.gradients.mark, edge, pass.head) += lane_sum<T>(R::product(read_back, pass.output_gradient));
    for (LineEdgeId line = view.successor_offsets[edge]; line < view.successor_offsets[edge + 1]; ++line) {
      const T transition = *at(view.transition, line, pass.head);
      const T* adjoint = pass.adjoint(view.successors[line]);
      DotSum<R> along;
      for (std::ptrdiff_t row = 0; row < rows; row += P::kRows) {
        const R a = R::load(adjoint + row * stride);
        along.add(R::load(state + row * stride), a);
        R x = R::load(to + row * stride);
        x.add(transition, a);
        x.store(to + row * stride);
      }
      *at(pass.gradients.transition, line, pass.head) += lane_sum<T>(along.sums);
    }
  }
}

// Asks for what nodes a little further back will read.
template <class P, class T>
inline void prefetch_nodes(const OperatorView<T>& view, const NodeSweep<T>& sweep, std::ptrdiff_t i,
                           const HeadRows<const T>& output_gradient, const GradientView<T>& gradients) {
  const std::ptrdiff_t head = sweep.head;
  const std::ptrdiff_t keys = view.key_width;
  const std::ptrdiff_t values = view.value_width;
  if (i >= kInputsAhead) {
    const NodeId node = sweep.nodes[i - kInputsAhead];
    prefetch(at(view.query, node, head), keys);
    prefetch(at(view.key, node, head), keys);
    prefetch(at(view.value, node, head), values);
    prefetch(at(output_gradient, node, head), values);
    prefetch(static_cast<const T*>(at(gradients.query, node, head)), keys);
    prefetch(static_cast<const T*>(at(gradients.key, node, head)), keys);
    prefetch(static_cast<const T*>(at(gradients.value, node, head)), values);
  }
  if (i >= kStatesAhead && P::kWidth == values) {
    const NodeId node = sweep.nodes[i - kStatesAhead];
    for (std::int32_t j = view.in_offsets[node]; j < view.in_offsets[node + 1]; ++j)
      prefetch(static_cast<const T*>(sweep.states) + sweep.place[view.in_edges[j]] * keys * values,
               keys * values);
    for (std::int32_t j = view.out_offsets[node]; j < view.out_offsets[node + 1]; ++j) {
      prefetch(static_cast<const T*>(sweep.adjoints) + sweep.adjoint_place[view.out_edges[j]] * keys * values,
               keys * values);
    }
  }
}

template <class P, class T>
void backward_columns(const OperatorView<T>& view, const NodeSweep<T>& sweep, std::ptrdiff_t column,
                      const HeadRows<const T>& output_gradient, const GradientView<T>& gradients) {
  using Lanes = typename P::Lanes;
  const std::ptrdiff_t head = sweep.head;
  const std::ptrdiff_t keys = view.key_width;
  Lanes* read = reinterpret_cast<Lanes*>(sweep.scratch);
  Lanes* written = read + keys;
  for (std::ptrdiff_t i = sweep.count - 1; i >= 0; --i) {
    prefetch_nodes<P>(view, sweep, i, output_gradient, gradients);
    const NodeId n = sweep.nodes[i];
    const NodeInputs<T> node(view, head, n);
    const T* value = node.value + column;
    const T* dy = at(output_gradient, n, head) + column;
    NodePass<P, T> pass{
        view,          sweep, gradients, node,   head, view.value_width, column, P::repeat(value),
        P::repeat(dy), {},    read,      written};
    if (!with_small_degrees<P>(node, [&](auto in, auto out) {
          backward_fused(pass, NodeGates<T, in.value, out.value>(view, head, node));
        })) {
      backward_general(pass);
    }
    T* query_gradient = at(gradients.query, n, head);
    T* key_gradient = at(gradients.key, n, head);
    T* value_gradient = at(gradients.value, n, head) + column;
    constexpr int kSize = static_cast<int>(sizeof(Lanes) / sizeof(T));
    add_lane_sums<T, kSize>(read, keys, query_gradient);
    add_lane_sums<T, kSize>(written, keys, key_gradient);
    P::add_sum_of_rows(pass.value_gradient, value_gradient);
    const T query_key = dot(node.query, node.key, keys);
    const T value_dy = dot(value, dy, P::kWidth);
    *at(gradients.direct, n, head) += query_key * value_dy;
    add_scaled(node.direct * value_dy, node.key, keys, query_gradient);
    add_scaled(node.direct * value_dy, node.query, keys, key_gradient);
    add_scaled(node.direct * query_key, dy, P::kWidth, value_gradient);
  }
}

template <class T>
void sweep_backward(const OperatorView<T>& view, const NodeSweep<T>& sweep,
                    const HeadRows<const T>& output_gradient, const GradientView<T>& gradients) {
  for_column_slices<T>(view.key_width, view.value_width, [&](auto policy, std::ptrdiff_t column) {
    backward_columns<decltype(policy)>(view, sweep, column, output_gradient, gradients);
  });
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE

namespace plstm {

template <class T>
template <class Isa>
RecurrentBackwardKernels<T> RecurrentBackwardKernels<T>::make() {
  namespace isa = PLSTM_ISA_NAMESPACE;
  return {.sweep_backward = isa::sweep_backward<T>};
}

template RecurrentBackwardKernels<float> RecurrentBackwardKernels<float>::make<PLSTM_ISA_NAMESPACE::Isa>();
template RecurrentBackwardKernels<double> RecurrentBackwardKernels<double>::make<PLSTM_ISA_NAMESPACE::Isa>();

}  // namespace plstm
