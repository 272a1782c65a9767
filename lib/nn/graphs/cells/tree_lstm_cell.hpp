#pragma once

#include <algorithm>
#include <array>

#include <plstm/nn/graphs/cells/level_cell.hpp>

#include "nn/graphs/cells/cell_kernels.hpp"
#include "nn/graphs/cells/cell_map.hpp"
#include "nn/shared/kernels.hpp"

namespace plstm {

/// Child-sum: gates i, o, g read the sum of the h of the sources, a forget gate per edge reads the h of its source through
/// q = F h, which each node makes once. The state is [h, c, q], kept are [sum of h, i, o, g, tanh(c)], and f of an edge.
/// Features are [x_i, x_o, x_g, x_f].
template <class T>
class TreeLstmCell {
 public:
  TreeLstmCell(Tape<T>& tape, const Var<T>& weight, const Var<T>& forget)
      : parameters_{weight, forget}, width_(weight.cols), map_(tape, weight), forget_(tape, forget) {}

  CellWidths widths() const {
    return {
        .state = 3 * width_, .output = width_, .kept = 5 * width_, .edge_kept = width_, .scratch = width_};
  }
  std::array<Var<T>, 2> parameters() const { return parameters_; }

  void forward(const CellBlock<T>& block) const {
    const Index d = width_, n = block.num_nodes;
    for (Index i = 0; i < n; ++i) {
      std::fill_n(block.kept(i), d, T(0));
      T* c = block.state(i) + d;
      std::fill_n(c, d, T(0));
      for (Index j = block.edge_begin(i); j < block.edge_begin(i + 1); ++j) {
        const T* source = block.source(j);
        layer_kernels<T>().add_scaled_rows(d, T(1), source, block.kept(i));
        cell_kernels<T>().forget(d, block.feature(i) + 3 * d, source + 2 * d, source + d, block.edge_kept(j),
                                 c);
      }
    }
    map_.apply(n, {block.kept(0), 5 * d}, {block.kept(0) + d, 5 * d});
    for (Index i = 0; i < n; ++i) {
      T* kept = block.kept(i);
      T* h = block.state(i);
      cell_kernels<T>().tree_lstm({d, block.feature(i), kept + d, h + d, kept + 4 * d, h});
    }
    forget_.apply(n, {block.state(0), 3 * d}, {block.state(0) + 2 * d, 3 * d});
  }

  void backward(const CellGradients<T>& block) const {
    const Index d = width_, n = block.num_nodes;
    T* gradients = block.state_gradient(0);
    forget_.add_input_gradient(n, {gradients + 2 * d, 3 * d}, {gradients, 3 * d});
    for (Index i = 0; i < n; ++i) {
      T *kept = block.kept(i), *dh = block.state_gradient(i), *dx = block.feature_gradient(i);
      cell_kernels<T>().tree_lstm_backward({d, kept + 4 * d, dh, dh + d, kept + d, dx});
      std::fill_n(dx + 3 * d, d, T(0));
      for (Index j = block.edge_begin(i); j < block.edge_begin(i + 1); ++j) {
        T* to = block.source_gradient(j);
        cell_kernels<T>().forget_backward(d, block.edge_kept(j), block.source(j) + d, dh + d, to + d,
                                          to + 2 * d, dx + 3 * d);
      }
    }
    std::fill_n(block.scratch, n * d, T(0));
    map_.add_input_gradient(n, {block.kept(0) + d, 5 * d}, {block.scratch, d});
    for (Index i = 0; i < n; ++i) {
      for (Index j = block.edge_begin(i); j < block.edge_begin(i + 1); ++j)
        std::copy_n(block.scratch + i * d, d, block.source_gradient(j));
    }
  }

  void add_gradients(const CellGradients<T>& block, std::span<T* const> sums) const {
    const Index d = width_, n = block.num_nodes;
    map_.add_weight_gradient(n, {block.kept(0) + d, 5 * d}, {block.kept(0), 5 * d}, sums[0]);
    forget_.add_weight_gradient(n, {block.state_gradient(0) + 2 * d, 3 * d}, {block.state(0), 3 * d},
                                sums[1]);
  }

 private:
  std::array<Var<T>, 2> parameters_;
  Index width_;
  CellMap<T> map_, forget_;
};

}  // namespace plstm
