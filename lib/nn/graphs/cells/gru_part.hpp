#pragma once

#include <algorithm>

#include <plstm/nn/graphs/cells/level_cell.hpp>

#include "nn/graphs/cells/cell_kernels.hpp"
#include "nn/graphs/cells/cell_map.hpp"
#include "nn/shared/kernels.hpp"

namespace plstm {

/// The gated recurrent unit inside of cells: from what nodes gathered, m, to their states. It keeps 5 D numbers of a
/// node: [m, the three gates, the candidate], and takes D numbers of scratch for the gradient of m. Features are [x_r, x_z,
/// x_n].
template <class T>
class GruPart {
 public:
  static constexpr Index kKept = 5;  // times D

  GruPart(Tape<T>& tape, const Var<T>& weight, const Var<T>& bias)
      : width_(weight.cols), map_(tape, weight), bias_(bias.value) {}

  Index width() const { return width_; }

  /// The first D columns of the states from m, which is there already.
  void forward(const CellBlock<T>& block) const {
    const Index stride = block.widths.kept;
    map_.apply(block.num_nodes, {block.kept(0), stride}, {block.kept(0) + width_, stride});
    for (Index i = 0; i < block.num_nodes; ++i) {
      T* kept = block.kept(i);
      cell_kernels<T>().gru(
          {width_, block.feature(i), bias_, kept, kept + width_, kept + 4 * width_, block.state(i)});
    }
  }

  /// Gradients of the features, and those of m into the scratch [n, D].
  void backward(const CellGradients<T>& block) const {
    const Index stride = block.widths.kept;
    for (Index i = 0; i < block.num_nodes; ++i) {
      T* kept = block.kept(i);
      cell_kernels<T>().gru_backward({width_, kept, kept + 4 * width_, block.state_gradient(i), kept + width_,
                                      block.feature_gradient(i), block.scratch + i * width_});
    }
    map_.add_input_gradient(block.num_nodes, {block.kept(0) + width_, stride}, {block.scratch, width_});
  }

  void add_gradients(const CellGradients<T>& block, T* weight, T* bias) const {
    const Index stride = block.widths.kept;
    map_.add_weight_gradient(block.num_nodes, {block.kept(0) + width_, stride}, {block.kept(0), stride},
                             weight);
    for (Index i = 0; i < block.num_nodes; ++i)
      layer_kernels<T>().add_scaled_rows(width_, T(1), block.kept(i) + 3 * width_, bias);
  }

 private:
  Index width_;
  CellMap<T> map_;
  const T* bias_;
};

}  // namespace plstm
