#include "plstm/nn/graphs/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <plstm/core/shape.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

std::int32_t degree_of(const StmGraph& graph, Index node, NeighbourSide side = NeighbourSide::kBoth) {
  const auto n = static_cast<std::size_t>(node);
  const std::int32_t in = graph.in_offsets[n + 1] - graph.in_offsets[n];
  const std::int32_t out = graph.out_offsets[n + 1] - graph.out_offsets[n];
  return (side == NeighbourSide::kSuccessors ? 0 : in) + (side == NeighbourSide::kPredecessors ? 0 : out);
}

// The side on which n is a neighbour of those that are its neighbours on this side.
NeighbourSide opposite(NeighbourSide side) {
  switch (side) {
    case NeighbourSide::kPredecessors:
      return NeighbourSide::kSuccessors;
    case NeighbourSide::kSuccessors:
      return NeighbourSide::kPredecessors;
    case NeighbourSide::kBoth:
      break;
  }
  return NeighbourSide::kBoth;
}

// Calls f(neighbour, edge) for every edge at `node` on this side.
template <class F>
void for_each_neighbour(const StmGraph& graph, NeighbourSide side, Index node, const F& f) {
  const auto n = static_cast<std::size_t>(node);
  const auto visit = [&](std::int32_t begin, std::int32_t end, const std::vector<EdgeId>& edges,
                         const std::vector<NodeId>& other_end) {
    for (std::int32_t i = begin; i < end; ++i) {
      const EdgeId edge = edges[static_cast<std::size_t>(i)];
      f(Index{other_end[static_cast<std::size_t>(edge)]}, Index{edge});
    }
  };
  if (side != NeighbourSide::kSuccessors)
    visit(graph.in_offsets[n], graph.in_offsets[n + 1], graph.in_edges, graph.tail);
  if (side != NeighbourSide::kPredecessors)
    visit(graph.out_offsets[n], graph.out_offsets[n + 1], graph.out_edges, graph.head);
}

// y_n (+)= sum over u of weight(n, u) x_u, over n itself too if `self`.
template <class T, class Weight>
void gather(const StmGraph& graph, NeighbourSide side, Index width, bool self, const Weight& weight,
            const T* x, T* y, Store store) {
  const LayerKernels<T>& k = layer_kernels<T>();
  for (Index n = 0; n < graph.num_nodes; ++n) {
    T* row = y + n * width;
    if (store == Store::kReplace) std::fill_n(row, width, T(0));
    if (self) k.add_scaled_rows(width, weight(n, n), x + n * width, row);
    for_each_neighbour(graph, side, n,
                       [&](Index u, Index) { k.add_scaled_rows(width, weight(n, u), x + u * width, row); });
  }
}

// A row of every node or edge; of zeros, always the same one, if the matrix is missing.
template <class T>
struct Rows {
  const T* data;
  Index step;

  Rows(Tape<T>& tape, const Var<T>& var, Index width) : data(var.value), step(width) {
    if (data != nullptr) return;
    T* zeros = tape.template keep<T>(width);
    std::fill_n(zeros, width, T(0));
    data = zeros;
    step = 0;
  }
  const T* operator[](Index row) const { return data + row * step; }
};

template <class T>
T* gradient_or_null(Tape<T>& tape, const Var<T>& var) {
  return var.gradient != nullptr ? tape.gradient(var) : nullptr;
}

constexpr double kSlope = 0.2;  // of the leaky relu, below zero

template <class T>
T leaky_relu(T x) {
  return x > 0 ? x : static_cast<T>(kSlope) * x;
}

// Where the weights of a node's attention lie, [deg n + 1, H]: first those to itself.
Index first_weight(const StmGraph& graph, Index node, Index heads) {
  const auto n = static_cast<std::size_t>(node);
  return (Index{graph.in_offsets[n]} + graph.out_offsets[n] + node) * heads;
}

// Scores of all nodes and the weights that come from them.
template <class T>
struct Attention {
  const StmGraph& graph;
  Index heads, width;  // H, V
  Rows<T> source, target, edge;
  T* weights;  // [2 E + N, H]

  // Calls f(u, row of its weights, e) for the node itself, with edge -1, and for its neighbours.
  template <class F>
  void for_each(Index node, const F& f) const {
    Index row = 0;
    f(node, row, Index{-1});
    for_each_neighbour(graph, NeighbourSide::kBoth, node, [&](Index u, Index e) { f(u, ++row, e); });
  }

  T score(Index n, Index u, Index e, Index h) const {
    return target[n][h] + source[u][h] + (e < 0 ? T(0) : edge[e][h]);
  }

  void compute_weights(Index node, T* largest, T* sum) const {
    T* w = weights + first_weight(graph, node, heads);
    std::fill_n(largest, heads, std::numeric_limits<T>::lowest());
    for_each(node, [&](Index u, Index row, Index e) {
      for (Index h = 0; h < heads; ++h) {
        w[row * heads + h] = leaky_relu(score(node, u, e, h));
        largest[h] = std::max(largest[h], w[row * heads + h]);
      }
    });
    std::fill_n(sum, heads, T(0));
    const Index rows = degree_of(graph, node) + 1;
    for (Index i = 0; i < rows * heads; ++i) sum[i % heads] += w[i] = std::exp(w[i] - largest[i % heads]);
    for (Index i = 0; i < rows * heads; ++i) w[i] /= sum[i % heads];
  }
};

}  // namespace

template <class T>
Var<T> sum_neighbours(Tape<T>& tape, const StmGraph& graph, Var<T> x, NeighbourSum kind, NeighbourSide side) {
  check_shape("sum_neighbours", "x", {x.rows, x.cols}, {graph.num_nodes, x.cols});
  const bool symmetric = kind == NeighbourSum::kSymmetric;
  const bool self = symmetric && side == NeighbourSide::kBoth;
  const auto root = [&](Index n, NeighbourSide of) {
    const std::int32_t degree = degree_of(graph, n, of);
    return T(1) / std::sqrt(static_cast<T>(self ? degree + 1 : std::max(degree, 1)));
  };
  // The weight of x_u in y_n is left(n) right(u); on the way back the two change sides.
  T* left = tape.template keep<T>(x.rows);
  T* right = tape.template keep<T>(x.rows);
  for (Index n = 0; n < x.rows; ++n) {
    left[n] = symmetric                    ? root(n, side)
              : kind == NeighbourSum::kSum ? T(1)
                                           : T(1) / static_cast<T>(std::max(degree_of(graph, n, side), 1));
    right[n] = symmetric ? root(n, opposite(side)) : T(1);
  }
  Var<T> y = tape.make(x.rows, x.cols);
  gather(
      graph, side, x.cols, self, [=](Index n, Index u) { return left[n] * right[u]; }, x.value, y.value,
      Store::kReplace);
  tape.on_backward(y, [=, &tape, &graph](const T* dy) {
    if (x.gradient == nullptr) return;
    const auto [dx, store] = tape.gradient_to_write(x);
    gather(
        graph, opposite(side), x.cols, self, [=](Index n, Index u) { return left[u] * right[n]; }, dy, dx,
        store);
  });
  return y;
}

template <class T>
Var<T> sum_messages(Tape<T>& tape, const StmGraph& graph, const MessageVars<T>& vars, NeighbourSide side) {
  const MessageVars<T> v = vars;
  const Index width = v.source.cols;
  check_shape("sum_messages", "source", {v.source.rows, width}, {graph.num_nodes, width});
  if (v.target.value != nullptr)
    check_shape("sum_messages", "target", {v.target.rows, v.target.cols}, {graph.num_nodes, width});
  if (v.edges.value != nullptr)
    check_shape("sum_messages", "edges", {v.edges.rows, v.edges.cols}, {graph.num_edges, width});
  const Rows<T> target(tape, v.target, width), source(tape, v.source, width), edges(tape, v.edges, width);
  const LayerKernels<T>& k = layer_kernels<T>();
  Var<T> y = tape.make(graph.num_nodes, width);
  std::fill_n(y.value, y.size(), T(0));
  for (Index n = 0; n < y.rows; ++n) {
    for_each_neighbour(graph, side, n, [&](Index u, Index e) {
      k.add_message(width, target[n], source[u], edges[e], y.value + n * width);
    });
  }
  T* passed = tape.records() ? tape.template keep<T>(width) : nullptr;
  tape.on_backward(y, [=, &tape, &graph, &k](const T* dy) {
    T* const gradients[] = {gradient_or_null(tape, v.target), gradient_or_null(tape, v.source),
                            gradient_or_null(tape, v.edges)};
    for (Index n = 0; n < y.rows; ++n) {
      for_each_neighbour(graph, side, n, [&](Index u, Index e) {
        k.pass_message(width, target[n], source[u], edges[e], dy + n * width, passed);
        const Index rows[] = {n, u, e};
        for (int i = 0; i < 3; ++i) {
          if (gradients[i] != nullptr) k.add_scaled_rows(width, T(1), passed, gradients[i] + rows[i] * width);
        }
      });
    }
  });
  return y;
}

template <class T>
Var<T> attend_neighbours(Tape<T>& tape, const StmGraph& graph, const AttentionVars<T>& vars) {
  const AttentionVars<T> v = vars;
  const Index heads = v.source_score.cols;
  const Index width = heads == 0 ? 0 : v.value.cols / heads;
  check_shape("attend_neighbours", "value", {v.value.rows, v.value.cols}, {graph.num_nodes, heads * width});
  check_shape("attend_neighbours", "source_score", {v.source_score.rows}, {graph.num_nodes});
  check_shape("attend_neighbours", "target_score", {v.target_score.rows, v.target_score.cols},
              {graph.num_nodes, heads});
  if (v.edge_score.value != nullptr)
    check_shape("attend_neighbours", "edge_score", {v.edge_score.rows, v.edge_score.cols},
                {graph.num_edges, heads});
  const Index nodes = graph.num_nodes;
  const Index cols = heads * width;
  const Attention<T> attention{graph,
                               heads,
                               width,
                               Rows<T>(tape, v.source_score, heads),
                               Rows<T>(tape, v.target_score, heads),
                               Rows<T>(tape, v.edge_score, heads),
                               tape.template keep<T>((2 * Index{graph.num_edges} + nodes) * heads)};
  T* per_head = tape.template keep<T>(2 * heads);
  const LayerKernels<T>& k = layer_kernels<T>();
  Var<T> y = tape.make(nodes, cols);
  std::fill_n(y.value, y.size(), T(0));
  for (Index n = 0; n < nodes; ++n) {
    attention.compute_weights(n, per_head, per_head + heads);
    const T* weights = attention.weights + first_weight(graph, n, heads);
    attention.for_each(n, [&](Index u, Index row, Index) {
      k.add_scaled_heads(heads, width, weights + row * heads, v.value.value + u * cols, y.value + n * cols);
    });
  }
  Index most = 0;
  for (Index n = 0; n < nodes; ++n) most = std::max<Index>(most, degree_of(graph, n));
  T* dweights = tape.records() ? tape.template keep<T>((most + 1) * heads) : nullptr;
  tape.on_backward(y, [=, &tape, &graph, &k](const T* dy) {
    T* const dvalue = gradient_or_null(tape, v.value);
    T* const dsource = gradient_or_null(tape, v.source_score);
    T* const dtarget = gradient_or_null(tape, v.target_score);
    T* const dedge = gradient_or_null(tape, v.edge_score);
    const auto add = [heads](T* to, Index row, Index h, T dz) {
      if (to != nullptr) to[row * heads + h] += dz;
    };
    for (Index n = 0; n < nodes; ++n) {
      const T* weights = attention.weights + first_weight(graph, n, heads);
      T* mean = per_head;  // of dweights, under the weights
      std::fill_n(mean, heads, T(0));
      attention.for_each(n, [&](Index u, Index row, Index) {
        const T* w = weights + row * heads;
        T* dw = dweights + row * heads;
        if (dvalue != nullptr) k.add_scaled_heads(heads, width, w, dy + n * cols, dvalue + u * cols);
        k.head_dots(heads, width, dy + n * cols, v.value.value + u * cols, dw);
        for (Index h = 0; h < heads; ++h) mean[h] += w[h] * dw[h];
      });
      attention.for_each(n, [&](Index u, Index row, Index e) {
        for (Index h = 0; h < heads; ++h) {
          const T slope = attention.score(n, u, e, h) > 0 ? T(1) : static_cast<T>(kSlope);
          const T dz = slope * weights[row * heads + h] * (dweights[row * heads + h] - mean[h]);
          add(dsource, u, h, dz);
          add(dtarget, n, h, dz);
          if (e >= 0) add(dedge, e, h, dz);
        }
      });
    }
  });
  return y;
}

#define PLSTM_INSTANTIATE(T)                                                                         \
  template Var<T> sum_neighbours<T>(Tape<T>&, const StmGraph&, Var<T>, NeighbourSum, NeighbourSide); \
  template Var<T> sum_messages<T>(Tape<T>&, const StmGraph&, const MessageVars<T>&, NeighbourSide);  \
  template Var<T> attend_neighbours<T>(Tape<T>&, const StmGraph&, const AttentionVars<T>&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
