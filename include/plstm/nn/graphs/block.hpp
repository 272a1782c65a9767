#pragma once

#include <cstdint>
#include <string>

#include <plstm/nn/graphs/stm_layer.hpp>
#include <plstm/nn/shared/linear.hpp>

namespace plstm {

struct BlockOptions {
  StmLayerOptions layer = {};
  bool gated = false;           ///< a * silu(b) with `up` twice as wide, instead of gelu
  bool neighbours = false;      ///< the second branch also reads the neighbours of each node
  Index edge_width = 0;         ///< J, edge features that `neighbours` reads; 0: none
  bool residual_scale = false;  ///< learned factor per channel on both branches
  double residual_scale_init = 1;
  double dropout = 0;    ///< on what each branch adds
  double drop_path = 0;  ///< whole branches, per graph
  double epsilon = 1e-5;
};

/// x <- x + layer(rms(x));  x <- x + down(gelu(up(rms2(x))))      (specification, section 3, "Block")
///
/// With `neighbours`, which is ours, up(z) becomes up(z) + around(sum z_u), or with edge features a
/// up(z) + around(sum relu(z_u + edge(a_nu))), z = rms2(x) and the sum over the neighbours u of each node n,
/// whatever the direction of the edge (neighbours.hpp).
struct Block {
  BlockOptions options;
  StmLayer layer;
  ParameterId norm, norm2;  ///< [D]
  LinearLayer up, down;
  LinearLayer around, edge;            ///< if neighbours; [hidden, D] and [D, J]
  ParameterId layer_scale, mlp_scale;  ///< [D], if residual_scale
};

Block add_block(ParameterLayout& layout, const std::string& name, const BlockOptions& options);

/// x [N, D] -> [N, D]. node_offsets ([graphs + 1]) delimit the graphs for drop-path. They, the block and the graph must
/// outlive the pass: on a large graph the backward pass reads them again.
template <class T>
Var<T> apply(Tape<T>& tape, const Block& block, const StmGraph& graph, Var<T> x, Var<T> edge_features,
             const std::int32_t* node_offsets, Index graphs);

}  // namespace plstm
