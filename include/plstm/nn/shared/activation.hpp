#pragma once

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/shared/activation_kind.hpp>

namespace plstm {

/// f(x), element by element. In double the C library's functions; in float polynomials of our own: relative
/// errors below 5e-7 for sigmoid and tanh, absolute ones below 2e-7 max(1, |x|) for gelu and silu.
template <class T>
Var<T> activate(Tape<T>& tape, ActivationKind kind, Var<T> x);

/// The gated unit a * silu(b) with x = [a, b], x [rows, 2 * width] -> [rows, width].
template <class T>
Var<T> gated_silu(Tape<T>& tape, Var<T> x);

/// a * silu(b) with equal shapes.
template <class T>
Var<T> multiply_silu(Tape<T>& tape, Var<T> a, Var<T> b);

}  // namespace plstm
