#pragma once

#include <algorithm>

#include <plstm/core/product.hpp>
#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// A matrix of some rows inside a larger one.
template <class T>
struct StridedRows {
  T* data;
  Index stride;
};

/// The linear map of a cell from `in` columns to `out`, for products of few rows, level after level. The weight is
/// transposed once a pass, in blocks of at most `in` columns: the product reads blocks of ordinary widths where they lie.
template <class T>
class CellMap {
 public:
  CellMap(Tape<T>& tape, const Var<T>& weight)
      : out_(weight.rows),
        in_(weight.cols),
        weight_(weight.value),
        blocks_(tape.template keep<T>(weight.size())) {
    for_blocks([&](Index first, Index count) {
      transpose(count, in_, weight_ + first * in_, blocks_ + first * in_);
    });
  }

  /// y = x W^T
  void apply(Index rows, StridedRows<const T> x, StridedRows<T> y) const {
    for_blocks([&](Index first, Index count) {
      multiply<T>({x.data, rows, in_, x.stride}, Transpose::kNo, {blocks_ + first * in_, in_, count, count},
                  Transpose::kNo, {y.data + first, rows, count, y.stride}, Store::kReplace);
    });
  }

  /// dx += dy W
  void add_input_gradient(Index rows, StridedRows<const T> dy, StridedRows<T> dx) const {
    multiply<T>({dy.data, rows, out_, dy.stride}, Transpose::kNo, {weight_, out_, in_, in_}, Transpose::kNo,
                {dx.data, rows, in_, dx.stride}, Store::kAdd);
  }

  /// dW += dy^T x
  void add_weight_gradient(Index rows, StridedRows<const T> dy, StridedRows<const T> x, T* dw) const {
    multiply<T>({dy.data, rows, out_, dy.stride}, Transpose::kYes, {x.data, rows, in_, x.stride},
                Transpose::kNo, {dw, out_, in_, in_}, Store::kAdd);
  }

 private:
  template <class Body>
  void for_blocks(const Body& body) const {
    for (Index first = 0; first < out_; first += in_) body(first, std::min(in_, out_ - first));
  }

  Index out_, in_;
  const T* weight_;
  T* blocks_;  // [in, up to in] each
};

}  // namespace plstm
