#pragma once

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// The orientation angles of P-mode (specification, section 6): a = sigma(bias + x W^T / (2 D)), row by row;
/// x [N, D], weight and bias of G * D and G values -> [N, G].
template <class T>
Var<T> flow_angles(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias);

/// What a gate hands on to the right and what down: [a z, 1 - a z], two blocks of G * S * C columns; angle a
/// [N, G], z [N, G * S * C]. The values of a group are S x C: where S = C > 1 and `square`, 1 is the
/// identity, else a one everywhere.
template <class T>
Var<T> split_flow(Tape<T>& tape, Var<T> angle, Var<T> z, bool square);

}  // namespace plstm
