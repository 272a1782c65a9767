#pragma once

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// A linear map whose input is cut into parts: output block (group, part) of `out` columns, at column
/// (group * parts + part) * out, reads the `in` columns of its part. Row r of its weight begins at
/// group * group_stride + part * part_stride + r * row_stride.
struct BlockShape {
  Index groups = 1;
  Index parts = 1;
  Index out = 0;
  Index in = 0;
  Index group_stride = 0;
  Index part_stride = 0;
  Index row_stride = 0;
};

/// x [rows, parts * in] -> [rows, groups * parts * out], as dense products; narrow blocks that lie side by
/// side share one. bias [groups * parts * out entries].
template <class T>
Var<T> block_linear(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias, const BlockShape& shape);

}  // namespace plstm
