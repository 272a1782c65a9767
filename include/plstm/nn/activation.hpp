#pragma once

#include <plstm/nn/activation_kind.hpp>
#include <plstm/nn/tape.hpp>

namespace plstm {

/// f(x), element by element. In double the C library's functions; in float polynomials of our own with
/// relative errors of a few 1e-7.
template <class T>
Var<T> activate(Tape<T>& tape, ActivationKind kind, Var<T> x);

/// The gated unit a * silu(b) with x = [a, b], x [rows, 2 * width] -> [rows, width].
template <class T>
Var<T> gated_silu(Tape<T>& tape, Var<T> x);

}  // namespace plstm
