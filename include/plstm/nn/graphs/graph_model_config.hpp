#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <plstm/nn/graphs/gates.hpp>
#include <plstm/nn/graphs/message_layer.hpp>
#include <plstm/nn/graphs/readout.hpp>
#include <plstm/nn/graphs/stm_layer.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/nn/shared/pooling.hpp>

namespace plstm {

/// What stands between the encoding of the nodes and the pooling.
enum class GraphBody {
  kStm,  ///< blocks of the paper
  kGcn,
  kGat,
  kGin,
  kMpnn,
  kLstm,  ///< message layers to compare with, see MessageLayerKind
  kNone,  ///< nothing: encodings are pooled, the structure is not seen
};

/// The graph model of the paper (specification, section 3), baselines with the same encoder, pooling and
/// decoder, and their options. Defaults are the paper's settings.
struct GraphModelConfig {
  // What a graph brings; at least one of the node inputs must be there.
  std::int32_t node_value_width = 0;                     ///< F
  std::vector<std::int32_t> node_vocabulary_sizes = {};  ///< one categorical column each
  std::int32_t edge_value_width = 0;                     ///< used if edge_encoder
  std::vector<std::int32_t> edge_vocabulary_sizes = {};  ///< used if edge_encoder
  std::int32_t graph_value_width = 0;  ///< G, values of whole graphs, for the decoder beside the pooled nodes
  ValueScaling graph_value_scaling = {};  ///< applied to them first; empty: they are taken as they are

  GraphBody body = GraphBody::kStm;
  Index width = 96;           ///< D
  Index heads = 4;            ///< H, of kStm and kGat
  Index layers = 4;           ///< of the bodies of message layers
  bool edge_encoder = false;  ///< edge features from the graph's own. Without them kStm takes the mean of the
                              ///< two end encodings, kGat, kGin and kMpnn none; others never take any
  bool degree_encoding = true;  ///< add the sinusoidal encoding of each node's degree
  double dropout = 0;

  // Of kStm alone.
  /// One letter a block, P or D: its mode. Directions alternate within each mode: a block runs on the reversed DAG if
  /// an odd number of blocks of its mode come before it.
  std::string blocks = "PDPD";
  StmLayerKind layer = StmLayerKind::kEdge;
  Index max_degree = 0;     ///< M, node layer: largest in- or out-degree it serves
  bool gated = false;       ///< gated blocks
  bool neighbours = false;  ///< blocks that read neighbours too (Block), and edge features if edge_encoder
  bool residual_scale = false;
  double drop_path = 0;  ///< of the last block; earlier ones in proportion

  bool final_norm = false;  ///< RMS norm before pooling
  Readout readout = Readout::kGraph;
  Pooling pooling = Pooling::kMean;  ///< of Readout::kGraph (graph_pooling.hpp); others leave the default
  Index graph_value_layer = 0;       ///< width of a layer of their own for graph values; 0: none
  double graph_value_dropout = 0;    ///< on what of the graph values reaches the decoder
  Index outputs = 1;
  GateInit gates = {};
  double epsilon = 1e-5;
};

/// The pattern "PDPD..." of n pairs, with which each pair runs on one direction of the DAG, the first on the DAG as it
/// is: the paper's n blocks. n = 0 gives "", which check_config refuses. Throws ConfigError unless 0 <= n <= 512.
std::string pd_blocks(Index n);

/// Throws ConfigError naming the setting that makes no sense, or that the body would not read.
void check_config(const GraphModelConfig& config);

/// Whether the layers of the body can read the features of edges.
bool reads_edges(const GraphModelConfig& config);

}  // namespace plstm
