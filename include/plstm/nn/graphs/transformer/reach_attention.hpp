#pragma once

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/cells/node_levels.hpp>
#include <plstm/nn/graphs/transformer/reachability.hpp>

namespace plstm {

/// Attention of every node to the nodes that it sees, head by head:
///
///   y_n = sum alpha_nu v_u,  alpha_n = softmax over u of q_n . k_u / sqrt(d),   u ancestors and descendants of n, and n
///
/// qkv [N, 3 D] holds queries, keys and values side by side, head h of H in columns h d .. of each, d = D / H -> [N, D].
/// O(D) for each pair that sees each other. Weights are made again on the way back, not kept. Each node gathers, and as
/// the relation is symmetric, gradients of keys and values gather too: nodes run in parallel, and bits are the same for
/// every number of threads. `reach` outlives the pass. Throws ShapeError unless there is a row per node and heads divide
/// the columns.
template <class T>
Var<T> reach_attention(Tape<T>& tape, const Reachability& reach, Var<T> qkv, Index heads);

/// sin(l w_i) at even and cos(l w_i) at odd columns for the nodes of level l, [N, width]; w_i = 10000^(-2i/width).
template <class T>
Var<T> depth_encodings(Tape<T>& tape, const NodeLevels& levels, Index width);

}  // namespace plstm
