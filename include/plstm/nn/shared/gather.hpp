#pragma once

#include <cstdint>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// y_i = x[rows[i]] for i in 0..count-1: [N, D] -> [count, D]. A row may be asked for several times; its gradient is
/// then the sum over them, in ascending order of i. `rows` outlives the pass; every entry lies in 0..N-1 (not checked).
template <class T>
Var<T> gather_rows(Tape<T>& tape, Var<T> x, const std::int32_t* rows, Index count);

}  // namespace plstm
