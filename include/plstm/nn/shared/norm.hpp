#pragma once

#include <string>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// y = x / sqrt(mean(x^2) + epsilon) * scale, row by row; x [rows, D], scale [1, D].
template <class T>
Var<T> rms_norm(Tape<T>& tape, Var<T> x, Var<T> scale, double epsilon);

/// The same for each head's own columns: x [rows, H * V], scale [H, V].
template <class T>
Var<T> head_rms_norm(Tape<T>& tape, Var<T> x, Var<T> scale, double epsilon);

/// y = (x - mean) / sqrt(variance + epsilon) * scale + shift, row by row; scale, shift [1, D].
template <class T>
Var<T> layer_norm(Tape<T>& tape, Var<T> x, Var<T> scale, Var<T> shift, double epsilon);

}  // namespace plstm
