#include <algorithm>
#include <cmath>

#include <plstm/core/shape.hpp>
#include <plstm/nn/neighbours.hpp>

#include "nn/kernels.hpp"

namespace plstm {

namespace {

std::int32_t degree_of(const StmGraph& graph, Index node) {
  const auto n = static_cast<std::size_t>(node);
  return graph.in_offsets[n + 1] - graph.in_offsets[n] + graph.out_offsets[n + 1] - graph.out_offsets[n];
}

// Calls f(neighbour, edge) for every edge at `node`.
template <class F>
void for_each_neighbour(const StmGraph& graph, Index node, const F& f) {
  const auto n = static_cast<std::size_t>(node);
  const auto visit = [&](std::int32_t begin, std::int32_t end, const std::vector<EdgeId>& edges,
                         const std::vector<NodeId>& other_end) {
    for (std::int32_t i = begin; i < end; ++i) {
      const EdgeId edge = edges[static_cast<std::size_t>(i)];
      f(Index{other_end[static_cast<std::size_t>(edge)]}, Index{edge});
    }
  };
  visit(graph.in_offsets[n], graph.in_offsets[n + 1], graph.in_edges, graph.tail);
  visit(graph.out_offsets[n], graph.out_offsets[n + 1], graph.out_edges, graph.head);
}

// y_n (+)= sum over u of weight(n, u) x_u, over n itself too if `self`.
template <class T, class Weight>
void gather(const StmGraph& graph, Index width, bool self, const Weight& weight, const T* x, T* y,
            Store store) {
  const LayerKernels<T>& k = layer_kernels<T>();
  for (Index n = 0; n < graph.num_nodes; ++n) {
    T* row = y + n * width;
    if (store == Store::kReplace) std::fill_n(row, width, T(0));
    if (self) k.add_scaled_rows(width, weight(n, n), x + n * width, row);
    for_each_neighbour(graph, n,
                       [&](Index u, Index) { k.add_scaled_rows(width, weight(n, u), x + u * width, row); });
  }
}

}  // namespace

template <class T>
Var<T> sum_neighbours(Tape<T>& tape, const StmGraph& graph, Var<T> x, NeighbourSum kind) {
  check_shape("sum_neighbours", "x", {x.rows, x.cols}, {graph.num_nodes, x.cols});
  const bool self = kind == NeighbourSum::kSymmetric;
  // The weight of x_u in y_n is left(n) right(u); on the way back the two change sides.
  T* left = tape.template keep<T>(x.rows);
  T* right = tape.template keep<T>(x.rows);
  for (Index n = 0; n < x.rows; ++n) {
    const auto degree = static_cast<T>(degree_of(graph, n));
    left[n] = kind == NeighbourSum::kSum    ? T(1)
              : kind == NeighbourSum::kMean ? T(1) / std::max(T(1), degree)
                                            : T(1) / std::sqrt(degree + T(1));
    right[n] = self ? left[n] : T(1);
  }
  Var<T> y = tape.make(x.rows, x.cols);
  gather(
      graph, x.cols, self, [=](Index n, Index u) { return left[n] * right[u]; }, x.value, y.value,
      Store::kReplace);
  tape.on_backward(y, [=, &tape, &graph](const T* dy) {
    if (x.gradient == nullptr) return;
    const auto [dx, store] = tape.gradient_to_write(x);
    gather(
        graph, x.cols, self, [=](Index n, Index u) { return left[u] * right[n]; }, dy, dx, store);
  });
  return y;
}

#define PLSTM_INSTANTIATE(T) \
  template Var<T> sum_neighbours<T>(Tape<T>&, const StmGraph&, Var<T>, NeighbourSum);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
