#pragma once

#include <cstdint>
#include <span>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// y_i = x[rows[i]] for i in 0..count-1: [N, D] -> [count, D]. A row may be asked for several times; its gradient is
/// then the sum over them, in ascending order of i. `rows` outlives the pass. Throws ShapeError if an entry does not
/// lie in 0..N-1.
template <class T>
Var<T> gather_rows(Tape<T>& tape, Var<T> x, const std::int32_t* rows, Index count);

/// Sums of chosen rows: y_s = sum over i in offsets[s] .. offsets[s+1]-1 of x[rows[i]], in ascending order of i;
/// [N, D] -> [offsets.size() - 1, D]. With the in_offsets and in_edges of a graph, it sums over the edges into each
/// node. A segment may be empty; its sum is zero. Both arrays outlive the pass. Throws ShapeError unless the offsets
/// ascend from 0 to rows.size() and every row lies in 0..N-1.
template <class T>
Var<T> sum_rows(Tape<T>& tape, Var<T> x, std::span<const std::int32_t> offsets,
                std::span<const std::int32_t> rows);

}  // namespace plstm
