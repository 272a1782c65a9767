#include "plstm/nn/graphs/graph_pooling.hpp"

#include <algorithm>
#include <cmath>

#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/linear.hpp>

#include "nn/shared/kernels.hpp"

namespace plstm {

namespace {

// Mean over the nodes of each graph that have no edges on the side that `edge_offsets` lists.
template <class T>
Var<T> pool_ends(Tape<T>& tape, Var<T> x, const std::vector<std::int32_t>& edge_offsets,
                 const std::int32_t* node_offsets, Index graphs) {
  auto* rows = tape.template keep<std::int32_t>(x.rows);
  auto* offsets = tape.template keep<std::int32_t>(graphs + 1);
  std::int32_t count = 0;
  for (Index g = 0; g < graphs; ++g) {
    offsets[g] = count;
    for (std::int32_t n = node_offsets[g]; n < node_offsets[g + 1]; ++n) {
      const auto node = static_cast<std::size_t>(n);
      if (edge_offsets[node] == edge_offsets[node + 1]) rows[count++] = n;
    }
  }
  offsets[graphs] = count;
  return pool_segments(tape, gather_rows(tape, x, rows, count), offsets, graphs, Pooling::kMean);
}

// y_g = sum_n a_n x_n over the nodes of g, a the softmax of their scores [N, 1].
template <class T>
Var<T> attend(Tape<T>& tape, Var<T> x, Var<T> scores, const std::int32_t* offsets, Index graphs) {
  const LayerKernels<T>& k = layer_kernels<T>();
  Var<T> y = tape.make(graphs, x.cols);
  std::fill_n(y.value, y.size(), T(0));
  T* weights = tape.template keep<T>(x.rows);
  for (Index g = 0; g < graphs; ++g) {
    const std::int32_t first = offsets[g], last = offsets[g + 1];
    if (first == last) continue;
    const T largest = *std::max_element(scores.value + first, scores.value + last);
    T sum = 0;
    for (std::int32_t n = first; n < last; ++n) sum += weights[n] = std::exp(scores.value[n] - largest);
    for (std::int32_t n = first; n < last; ++n) {
      weights[n] /= sum;
      k.add_scaled_rows(x.cols, weights[n], x.value + n * x.cols, y.value + g * x.cols);
    }
  }
  T* slopes = tape.records() ? tape.template keep<T>(x.rows) : nullptr;
  tape.on_backward(y, [=, &tape, &k](const T* dy) {
    T* dx = x.gradient != nullptr ? tape.gradient(x) : nullptr;
    T* dscores = scores.gradient != nullptr ? tape.gradient(scores) : nullptr;
    for (Index g = 0; g < graphs; ++g) {
      T mean = 0;  // of the slopes, under the weights
      for (std::int32_t n = offsets[g]; n < offsets[g + 1]; ++n) {
        k.head_dots(1, x.cols, dy + g * x.cols, x.value + n * x.cols, slopes + n);
        mean += weights[n] * slopes[n];
        if (dx != nullptr) k.add_scaled_rows(x.cols, weights[n], dy + g * x.cols, dx + n * x.cols);
      }
      if (dscores == nullptr) continue;
      for (std::int32_t n = offsets[g]; n < offsets[g + 1]; ++n)
        dscores[n] += weights[n] * (slopes[n] - mean);
    }
  });
  return y;
}

}  // namespace

template <class T>
Var<T> pool_nodes(Tape<T>& tape, Var<T> x, const StmGraph& graph, const std::int32_t* node_offsets,
                  Index graphs, Pooling pooling, Var<T> score) {
  check_shape("pool_nodes", "x", {x.rows, x.cols}, {graph.num_nodes, x.cols});
  check_shape("pool_nodes", "nodes of all graphs", {node_offsets[graphs]}, {x.rows});
  switch (pooling) {
    case Pooling::kSinks:
      return pool_ends(tape, x, graph.out_offsets, node_offsets, graphs);
    case Pooling::kSources:
      return pool_ends(tape, x, graph.in_offsets, node_offsets, graphs);
    case Pooling::kAttention:
      check_shape("pool_nodes", "score", {score.rows, score.cols}, {1, x.cols});
      return attend(tape, x, linear(tape, x, score), node_offsets, graphs);
    case Pooling::kMean:
    case Pooling::kSum:
    case Pooling::kScaledSum:
    case Pooling::kMax:
      break;
  }
  return pool_segments(tape, x, node_offsets, graphs, pooling);
}

#define PLSTM_INSTANTIATE(T)                                                                            \
  template Var<T> pool_nodes<T>(Tape<T>&, Var<T>, const StmGraph&, const std::int32_t*, Index, Pooling, \
                                Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
