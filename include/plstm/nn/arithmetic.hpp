#pragma once

#include <plstm/nn/tape.hpp>

namespace plstm {

/// a + b, equal shapes.
template <class T>
Var<T> add(Tape<T>& tape, Var<T> a, Var<T> b);

/// x times a learned factor per column; scale [1, D].
template <class T>
Var<T> scale_columns(Tape<T>& tape, Var<T> x, Var<T> scale);

/// factor * x.
template <class T>
Var<T> multiply_by(Tape<T>& tape, Var<T> x, double factor);

/// Mean of two gathered rows: y_e = (x[first[e]] + x[second[e]]) / 2, for e in 0..count-1. The indices
/// outlive the pass.
template <class T>
Var<T> mean_of_rows(Tape<T>& tape, Var<T> x, const std::int32_t* first, const std::int32_t* second,
                    Index count);

}  // namespace plstm
