#pragma once

#include <array>
#include <string>
#include <variant>

#include <plstm/core/matrix.hpp>
#include <plstm/core/named.hpp>
#include <plstm/nn/graphs/cells/cell_layer.hpp>
#include <plstm/nn/graphs/message_layer.hpp>
#include <plstm/nn/graphs/stm_layer.hpp>

namespace plstm {

/// Blocks of the paper (block.hpp). Defaults are the paper's settings.
struct StmBody {
  /// One letter a block, P or D: its mode. Directions alternate within each mode: a block runs on the reversed DAG if
  /// an odd number of blocks of its mode come before it.
  std::string blocks = "PDPD";
  Index heads = 4;  ///< H
  StmLayerKind layer = StmLayerKind::kEdge;
  Index max_degree = 0;  ///< M, node layer: largest in- or out-degree it serves
  bool gated = false;    ///< gated blocks
  bool neighbours =
      false;  ///< blocks that read neighbours too (Block), and edge features if there is an edge encoder
  bool residual_scale = false;
  double drop_path = 0;  ///< of the last block; earlier ones in proportion
  GateInit gates = {};
};

/// Message layers to compare with (message_layer.hpp).
struct MessageBody {
  MessageLayerKind kind = MessageLayerKind::kGin;
  Index layers = 4;
  Index heads = 4;  ///< H of kGat; others do not read it
};

/// Recurrent cells in topological order (cell_layer.hpp).
struct CellBody {
  CellKind kind = CellKind::kDagnn;
  Index layers = 2;
  CellDirections directions = CellDirections::kBoth;
};

/// Attention along reachability, with encodings of depth (dag_transformer.hpp). Edge features are not read. For graphs of
/// at most Reachability::kMostNodes nodes.
struct DagTransformerBody {
  Index layers = 4;
  Index heads = 4;  ///< H
  Index hops = 0;   ///< a node sees ancestors and descendants at most this many edges away; 0: all of them
};

/// Nothing: encodings are pooled, and the structure is not seen.
struct NoBody {};

/// What stands between the encoding of the nodes and the pooling.
using GraphBody = std::variant<StmBody, MessageBody, CellBody, DagTransformerBody, NoBody>;

/// Which body, for those who choose one by its name.
enum class GraphBodyKind {
  kStm,
  kGcn,
  kGat,
  kGin,
  kMpnn,
  kLstm,
  kDirectedGcn,
  kDirectedGin,
  kDirectedLstm,  ///< kGcn to kDirectedLstm: MessageBody with layers of that kind
  kDagnn,
  kDvae,
  kTreeLstm,
  kMaxPlus,  ///< kDagnn to kMaxPlus: CellBody with layers of that kind
  kDagTransformer,
  kNone,
};

/// Names in files and settings.
inline constexpr std::array<Named<StmLayerKind>, 2> kStmLayerNames{
    {{StmLayerKind::kNode, "node"}, {StmLayerKind::kEdge, "edge"}}};
/// Names in files and settings.
inline constexpr std::array<Named<GraphBodyKind>, 15> kGraphBodyNames{
    {{GraphBodyKind::kStm, "plstm"},
     {GraphBodyKind::kGcn, "gcn"},
     {GraphBodyKind::kGat, "gat"},
     {GraphBodyKind::kGin, "gin"},
     {GraphBodyKind::kMpnn, "mpnn"},
     {GraphBodyKind::kLstm, "lstm"},
     {GraphBodyKind::kDirectedGcn, "gcn-directed"},
     {GraphBodyKind::kDirectedGin, "gin-directed"},
     {GraphBodyKind::kDirectedLstm, "lstm-directed"},
     {GraphBodyKind::kDagnn, "dagnn"},
     {GraphBodyKind::kDvae, "dvae"},
     {GraphBodyKind::kTreeLstm, "tree-lstm"},
     {GraphBodyKind::kMaxPlus, "max-plus"},
     {GraphBodyKind::kDagTransformer, "dag-transformer"},
     {GraphBodyKind::kNone, "none"}}};

GraphBodyKind kind_of(const GraphBody& body);

/// The body of that kind, with the defaults of all its settings.
GraphBody default_body(GraphBodyKind kind);

/// The pattern "PDPD..." of n pairs, with which each pair runs on one direction of the DAG, the first on the DAG as it
/// is: the paper's n blocks. n = 0 gives "", which check_body refuses. Throws ConfigError unless 0 <= n <= 512.
std::string pd_blocks(Index n);

/// Throws ConfigError "graph model: ..." naming the setting that makes no sense beside node states of this width.
void check_body(const GraphBody& body, Index width);

/// Whether its layers can read the features of edges.
bool reads_edges(const GraphBody& body);

/// Whether its gates are made from nodes alone, so that degrees have an upper limit.
bool has_node_layers(const GraphBody& body);

}  // namespace plstm
