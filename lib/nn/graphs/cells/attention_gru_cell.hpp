#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "nn/graphs/cells/gru_part.hpp"

namespace plstm {

/// m = sum of alpha_j v_j over the sources, alpha = softmax(w . v_j), v_j = h_j + e_j, e the features of the edge, if
/// there are any. The state is h. Kept of an edge are alpha and, with features, v.
template <class T>
class AttentionGruCell {
 public:
  AttentionGruCell(Tape<T>& tape, const Var<T>& weight, const Var<T>& bias, const Var<T>& score,
                   bool edge_features)
      : parameters_{weight, bias, score},
        gru_(tape, weight, bias),
        score_(score.value),
        edge_features_(edge_features) {}

  CellWidths widths() const {
    const Index d = gru_.width();
    return {.state = d,
            .output = d,
            .kept = GruPart<T>::kKept * d,
            .edge_kept = 1 + (edge_features_ ? d : 0),
            .scratch = d};
  }
  std::array<Var<T>, 3> parameters() const { return parameters_; }

  void forward(const CellBlock<T>& block) const {
    for (Index i = 0; i < block.num_nodes; ++i) gather(block, i);
    gru_.forward(block);
  }

  void backward(const CellGradients<T>& block) const {
    gru_.backward(block);
    for (Index i = 0; i < block.num_nodes; ++i) scatter(block, i);
  }

  void add_gradients(const CellGradients<T>& block, std::span<T* const> sums) const {
    gru_.add_gradients(block, sums[0], sums[1]);
    for (Index j = 0; j < block.num_edges; ++j)
      layer_kernels<T>().add_scaled_rows(gru_.width(), *block.edge_kept(j), value(block, j), sums[2]);
  }

 private:
  T dot(const T* a, const T* b) const {
    T y;
    layer_kernels<T>().head_dots(1, gru_.width(), a, b, &y);
    return y;
  }

  const T* value(const CellBlock<T>& block, Index j) const {
    return edge_features_ ? block.edge_kept(j) + 1 : block.source(j);
  }

  // Keeps the weights of the edges.
  void gather(const CellBlock<T>& block, Index i) const {
    const Index begin = block.edge_begin(i), end = block.edge_begin(i + 1), d = gru_.width();
    T* m = block.kept(i);
    std::fill_n(m, d, T(0));
    T largest = std::numeric_limits<T>::lowest();
    for (Index j = begin; j < end; ++j) {
      T* kept = block.edge_kept(j);
      if (edge_features_) layer_kernels<T>().sum(d, block.source(j), block.edge_feature(j), kept + 1);
      *kept = dot(score_, value(block, j));
      largest = std::max(largest, *kept);
    }
    T sum = 0;
    for (Index j = begin; j < end; ++j) sum += *block.edge_kept(j) = std::exp(*block.edge_kept(j) - largest);
    for (Index j = begin; j < end; ++j) {
      *block.edge_kept(j) /= sum;
      layer_kernels<T>().add_scaled_rows(d, *block.edge_kept(j), value(block, j), m);
    }
  }

  // Weights become the gradients of the scores.
  void scatter(const CellGradients<T>& block, Index i) const {
    const Index begin = block.edge_begin(i), end = block.edge_begin(i + 1), d = gru_.width();
    const T* dm = block.scratch + i * d;
    T mean = 0;  // of the gradients of the weights, under the weights
    for (Index j = begin; j < end; ++j) {
      T& gradient = *block.source_gradient(j);  // its row is free yet
      gradient = dot(dm, value(block, j));
      mean += *block.edge_kept(j) * gradient;
    }
    const LayerKernels<T>& k = layer_kernels<T>();
    for (Index j = begin; j < end; ++j) {
      T& weight = *block.edge_kept(j);
      T* row = block.source_gradient(j);
      const T score = weight * (*row - mean);
      k.scale(d, weight, dm, row, false);
      k.add_scaled_rows(d, score, score_, row);
      if (edge_features_) std::copy_n(row, d, block.edge_feature_gradient(j));
      weight = score;
    }
  }

  std::array<Var<T>, 3> parameters_;
  GruPart<T> gru_;
  const T* score_;
  bool edge_features_;
};

}  // namespace plstm
