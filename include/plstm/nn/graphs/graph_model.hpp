#pragma once

#include <cstdint>
#include <vector>

#include <plstm/nn/graphs/block.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/message_layer.hpp>
#include <plstm/nn/graphs/readout.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/nn/shared/linear.hpp>
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
  Index pd_blocks = 2;  ///< n; the odd ones run on the reversed DAG
  StmLayerKind layer = StmLayerKind::kEdge;
  Index max_degree = 0;     ///< M, node layer: largest in- or out-degree it serves
  bool gated = false;       ///< gated blocks
  bool neighbours = false;  ///< blocks that read neighbours too (Block), and edge features if edge_encoder
  bool residual_scale = false;
  double drop_path = 0;  ///< of the last block; earlier ones in proportion

  bool final_norm = false;  ///< RMS norm before pooling
  Readout readout = Readout::kGraph;
  Pooling pooling = Pooling::kMean;  ///< of Readout::kGraph; others take no other than the default
  Index graph_value_layer = 0;       ///< width of a layer of their own for graph values; 0: none
  double graph_value_dropout = 0;    ///< on what of the graph values reaches the decoder
  Index outputs = 1;
  GateInit gates = {};
  double epsilon = 1e-5;
};

/// Throws ConfigError naming the setting that makes no sense, or that the body would not read.
void check_config(const GraphModelConfig& config);

/// A model: its configuration, and where its parameters lie in flat arrays. Values are kept outside, see
/// ParameterLayout.
struct GraphModel {
  GraphModelConfig config;
  ParameterLayout layout;

  LinearLayer node_encoder;  ///< values -> D; not valid without values
  ParameterId node_table;    ///< embeddings of the node codes
  std::vector<std::int32_t> node_first_rows;
  LinearLayer edge_encoder;
  ParameterId edge_table;
  std::vector<std::int32_t> edge_first_rows;
  std::vector<Block> blocks;                 ///< kStm: P, D, P, D, ...
  std::vector<MessageLayer> message_layers;  ///< kGcn, kGat, kGin, kMpnn, kLstm
  ParameterId final_norm;
  LinearLayer graph_value_encoder;  ///< not valid without graph_value_layer
  LinearLayer hidden, head;
};

GraphModel make_graph_model(const GraphModelConfig& config);

/// Throws ShapeError or GraphError if the model cannot take this graph: other feature widths, a code outside
/// its vocabulary, or (node layer) a degree above max_degree. What passes here, forward() accepts.
void check_graph(const GraphModel& model, const PreparedGraph& graph);

/// Outputs of the batch, which must outlive the pass: [B, outputs], [N, outputs] or [E, outputs], as the read-out says;
/// nodes and edges stand graph after graph.
///
/// With x the node states, v the values of the graph (absent without them) and a the encodings of the edges (absent
/// without edge_encoder), the decoder is head(relu(z)) and
///
///   kGraph   z_g = W [pool(x), v_g] + b
///   kNode    z_n = W [x_n, v_g] + b,  g the graph of n
///   kEdge    z_e = W [x_tail, x_head, a_e, v_g] + b
template <class T>
Var<T> forward(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch);

/// As forward(), but the node states [N, D] before pooling.
template <class T>
Var<T> encode_nodes(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch);

}  // namespace plstm
