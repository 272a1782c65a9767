#pragma once

#include <string>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/shared/linear.hpp>

namespace plstm {

/// Multi-head self-attention, for each sample and head by itself:
///
///   y = softmax(Q K^T / sqrt(d)) V,   Q, K, V [N, d]
///
/// qkv [B * N, 3 * D] holds queries, keys and values side by side, head h of H in columns h d .. of each, d =
/// D / H; row b * N + n is position n of sample b -> [B * N, D]. The N x N weights are made again for the
/// backward pass, not kept. Throws ShapeError if rows or columns do not divide.
template <class T>
Var<T> self_attention(Tape<T>& tape, Var<T> qkv, Index samples, Index heads);

/// Parameters of attention with its projections.
struct AttentionLayer {
  Index heads = 1;
  LinearLayer qkv, proj;  ///< D -> 3 D and D -> D
};

/// Adds "<name>.qkv" and "<name>.proj", each with weight and bias. Throws ConfigError unless heads divide the
/// width.
AttentionLayer add_attention(ParameterLayout& layout, const std::string& name, Index width, Index heads);

/// proj(self_attention(qkv(x))); x [B * N, D] -> [B * N, D].
template <class T>
Var<T> apply(Tape<T>& tape, const AttentionLayer& layer, Var<T> x, Index samples);

}  // namespace plstm
