#pragma once

#include <algorithm>
#include <array>

#include "nn/graphs/cells/gru_part.hpp"

namespace plstm {

/// Parameters of a GatedSumGruCell.
template <class T>
struct GatedSumGruVars {
  Var<T> weight, bias;     ///< of the unit
  Var<T> gate, gate_bias;  ///< A, a
  Var<T> message;          ///< M
};

/// m = sum over the sources of sigma(A h + a) * M h, which each node makes once: the state is [h, message]. Besides the
/// unit, the two maps [A h, M h] are kept.
template <class T>
class GatedSumGruCell {
 public:
  GatedSumGruCell(Tape<T>& tape, const GatedSumGruVars<T>& v)
      : parameters_{v.weight, v.bias, v.gate, v.gate_bias, v.message},
        gru_(tape, v.weight, v.bias),
        gate_(tape, v.gate),
        message_(tape, v.message),
        gate_bias_(v.gate_bias.value) {}

  CellWidths widths() const {
    const Index d = gru_.width();
    return {.state = 2 * d, .output = d, .kept = (GruPart<T>::kKept + 2) * d, .scratch = d};
  }
  std::array<Var<T>, 5> parameters() const { return parameters_; }

  void forward(const CellBlock<T>& block) const {
    const Index d = gru_.width(), n = block.num_nodes;
    for (Index i = 0; i < n; ++i) {
      T* m = block.kept(i);
      std::fill_n(m, d, T(0));
      for (Index j = block.edge_begin(i); j < block.edge_begin(i + 1); ++j)
        layer_kernels<T>().add_scaled_rows(d, T(1), block.source(j) + d, m);
    }
    gru_.forward(block);
    const StridedRows<const T> h{block.state(0), block.widths.state};
    gate_.apply(n, h, rows(block, kGate));
    message_.apply(n, h, rows(block, kMessage));
    for (Index i = 0; i < n; ++i)
      cell_kernels<T>().gate(d, gate_bias_, block.kept(i) + kMessage * d, block.kept(i) + kGate * d,
                             block.state(i) + d);
  }

  void backward(const CellGradients<T>& block) const {
    const Index d = gru_.width(), n = block.num_nodes;
    for (Index i = 0; i < n; ++i)
      cell_kernels<T>().gate_backward(d, block.state_gradient(i) + d, block.kept(i) + kGate * d,
                                      block.kept(i) + kMessage * d);
    const StridedRows<T> dh{block.state_gradient(0), block.widths.state};
    gate_.add_input_gradient(n, const_rows(block, kGate), dh);
    message_.add_input_gradient(n, const_rows(block, kMessage), dh);
    gru_.backward(block);
    for (Index i = 0; i < n; ++i) {
      for (Index j = block.edge_begin(i); j < block.edge_begin(i + 1); ++j) {
        std::fill_n(block.source_gradient(j), d, T(0));
        std::copy_n(block.scratch + i * d, d, block.source_gradient(j) + d);
      }
    }
  }

  void add_gradients(const CellGradients<T>& block, std::span<T* const> sums) const {
    const Index d = gru_.width(), n = block.num_nodes;
    gru_.add_gradients(block, sums[0], sums[1]);
    const StridedRows<const T> h{block.state(0), block.widths.state};
    gate_.add_weight_gradient(n, const_rows(block, kGate), h, sums[2]);
    for (Index i = 0; i < n; ++i)
      layer_kernels<T>().add_scaled_rows(d, T(1), block.kept(i) + kGate * d, sums[3]);
    message_.add_weight_gradient(n, const_rows(block, kMessage), h, sums[4]);
  }

 private:
  // Where the maps are kept, in units of D.
  static constexpr Index kGate = GruPart<T>::kKept, kMessage = kGate + 1;

  StridedRows<T> rows(const CellBlock<T>& block, Index unit) const {
    return {block.kept(0) + unit * gru_.width(), block.widths.kept};
  }
  StridedRows<const T> const_rows(const CellBlock<T>& block, Index unit) const {
    return {block.kept(0) + unit * gru_.width(), block.widths.kept};
  }

  std::array<Var<T>, 5> parameters_;
  GruPart<T> gru_;
  CellMap<T> gate_, message_;
  const T* gate_bias_;
};

}  // namespace plstm
