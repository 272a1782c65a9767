#pragma once

#include <cstdint>
#include <span>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// Softmax over each row: y_ri = exp(x_ri) / sum over j of exp(x_rj); the shape of x.
template <class T>
Var<T> softmax(Tape<T>& tape, Var<T> x);

/// Softmax over the rows of each segment, column by column: y_ri = exp(x_ri) / sum over q of exp(x_qi), where q runs
/// over offsets[s] .. offsets[s+1]-1, the segment of row r; the shape of x. With a column per head, it gives the
/// weights of attention. `offsets` outlives the pass. Throws ShapeError unless the offsets ascend from 0 to x.rows.
template <class T>
Var<T> softmax_segments(Tape<T>& tape, Var<T> x, std::span<const std::int32_t> offsets);

}  // namespace plstm
