#pragma once

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// Some neighbouring columns of a matrix, or all of them.
template <class T>
struct Columns {
  Var<T> of;
  Index first = 0;
  Index count = 0;

  Columns() = default;
  Columns(Var<T> all) : of(all), count(all.cols) {}
  Columns(Var<T> matrix, Index first_column, Index columns)
      : of(matrix), first(first_column), count(columns) {}

  Index rows() const noexcept { return of.rows; }
  const T* row(Index i) const noexcept { return of.value + i * of.cols + first; }
};

}  // namespace plstm
