#pragma once

#include <cstdint>
#include <span>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// a + b, equal shapes.
template <class T>
Var<T> add(Tape<T>& tape, Var<T> a, Var<T> b);

/// a + b in the memory of b, whose values are lost: neither a rule nor the caller may read them, see Tape::make_over. For
/// sums over large graphs. b is the result of a linear map or of another operation that does not read it again.
template <class T>
Var<T> add_over(Tape<T>& tape, Var<T> a, Var<T> b);

/// The Hadamard (element-wise) product of a and b. Throws ShapeError unless their shapes are equal.
template <class T>
Var<T> hadamard(Tape<T>& tape, Var<T> a, Var<T> b);

/// The matrices side by side: [N, D1], [N, D2], ... -> [N, D1 + D2 + ...]. Throws ShapeError if there are none, or
/// unless all have equally many rows.
template <class T>
Var<T> concatenate(Tape<T>& tape, std::span<const Var<T>> parts);

/// x times a learned factor per column; scale [1, D].
template <class T>
Var<T> scale_columns(Tape<T>& tape, Var<T> x, Var<T> scale);

/// Columns first .. first + count - 1 of x, as a matrix of their own.
template <class T>
Var<T> take_columns(Tape<T>& tape, Var<T> x, Index first, Index count);

/// factor * x.
template <class T>
Var<T> multiply_by(Tape<T>& tape, Var<T> x, double factor);

/// a + factor * b, equal shapes, with a learned factor [1, 1].
template <class T>
Var<T> add_multiple(Tape<T>& tape, Var<T> a, Var<T> b, Var<T> factor);

/// Products of each head's own columns with a learned vector: y_nh = x_nh . weight_h; x [rows, H * V],
/// weight [H, V] -> [rows, H].
template <class T>
Var<T> head_dots(Tape<T>& tape, Var<T> x, Var<T> weight);

/// Mean of two gathered rows: y_e = (x[first[e]] + x[second[e]]) / 2, for e in 0..count-1. The indices
/// outlive the pass.
template <class T>
Var<T> mean_of_rows(Tape<T>& tape, Var<T> x, const std::int32_t* first, const std::int32_t* second,
                    Index count);

/// `rows` copies of x [1, D], one below the other.
template <class T>
Var<T> broadcast_rows(Tape<T>& tape, Var<T> x, Index rows);

}  // namespace plstm
