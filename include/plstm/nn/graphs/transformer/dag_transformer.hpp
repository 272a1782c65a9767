#pragma once

#include <cstdint>
#include <string>

#include <plstm/nn/graphs/transformer/reach_attention.hpp>
#include <plstm/nn/shared/attention.hpp>
#include <plstm/nn/shared/linear.hpp>

namespace plstm {

struct DagTransformerOptions {
  Index width = 0;  ///< D
  Index heads = 4;  ///< H, divides D
  double dropout = 0;
  double epsilon = 1e-5;
};

/// x <- x + P reach_attention(rms(x)), then x <- x + W gelu(U rms(x) + u) + w with hidden width 2 D (DAGFormer, Luo et al.
/// 2023, on the layer of Vaswani et al. 2017; norms are root-mean-square and come first).
struct DagTransformerLayer {
  DagTransformerOptions options;
  ParameterId norm, norm2;
  AttentionLayer attention;
  LinearLayer up, down;
};

/// Adds parameters "<name>.norm.scale", "<name>.attention.qkv.weight", ... Throws ConfigError unless heads divide the
/// width.
DagTransformerLayer add_dag_transformer_layer(ParameterLayout& layout, const std::string& name,
                                              const DagTransformerOptions& options);

/// x [N, D] -> [N, D].
template <class T>
Var<T> apply(Tape<T>& tape, const DagTransformerLayer& layer, const Reachability& reach, Var<T> x);

}  // namespace plstm
