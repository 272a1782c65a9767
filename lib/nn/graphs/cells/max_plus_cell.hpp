#pragma once

#include <algorithm>
#include <array>

#include <plstm/nn/graphs/cells/level_cell.hpp>

#include "nn/graphs/cells/cell_kernels.hpp"
#include "nn/shared/kernels.hpp"

namespace plstm {

/// y = x + max over the sources of (y_j + e_j), e the features of the edge, if there are any; y = x without sources. The
/// first of equal terms gets the gradient. The maximum is kept.
template <class T>
class MaxPlusCell {
 public:
  MaxPlusCell(Tape<T>& tape, Index width) : width_(width), zeros_(tape.template keep<T>(width)) {
    std::fill_n(zeros_, width, T(0));
  }

  CellWidths widths() const { return {.state = width_, .output = width_, .kept = width_, .scratch = width_}; }
  std::array<Var<T>, 0> parameters() const { return {}; }

  void forward(const CellBlock<T>& block) const {
    for (Index i = 0; i < block.num_nodes; ++i) {
      const Index begin = block.edge_begin(i), end = block.edge_begin(i + 1);
      T* best = block.kept(i);
      if (begin == end) {
        std::copy_n(block.feature(i), width_, block.state(i));
        continue;
      }
      layer_kernels<T>().sum(width_, block.source(begin), weight(block, begin), best);
      for (Index j = begin + 1; j < end; ++j)
        cell_kernels<T>().larger(width_, block.source(j), weight(block, j), best);
      layer_kernels<T>().sum(width_, block.feature(i), best, block.state(i));
    }
  }

  void backward(const CellGradients<T>& block) const {
    for (Index i = 0; i < block.num_nodes; ++i) {
      T* left = block.scratch + i * width_;
      std::copy_n(block.state_gradient(i), width_, left);
      std::copy_n(left, width_, block.feature_gradient(i));
      for (Index j = block.edge_begin(i); j < block.edge_begin(i + 1); ++j) {
        T* to = block.source_gradient(j);
        cell_kernels<T>().larger_backward(width_, block.source(j), weight(block, j), block.kept(i), left, to);
        if (block.edge_feature_width > 0) std::copy_n(to, width_, block.edge_feature_gradient(j));
      }
    }
  }

  void add_gradients(const CellGradients<T>&, std::span<T* const>) const {}

 private:
  const T* weight(const CellBlock<T>& block, Index j) const {
    return block.edge_feature_width > 0 ? block.edge_feature(j) : zeros_;
  }

  Index width_;
  T* zeros_;
};

}  // namespace plstm
