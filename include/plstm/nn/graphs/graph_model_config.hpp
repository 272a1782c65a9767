#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <plstm/core/named.hpp>
#include <plstm/nn/graphs/graph_body.hpp>
#include <plstm/nn/graphs/readout.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/nn/shared/pooling.hpp>

namespace plstm {

/// Names in files and settings.
inline constexpr std::array<Named<Readout>, 3> kReadoutNames{
    {{Readout::kGraph, "graph"}, {Readout::kNode, "node"}, {Readout::kEdge, "edge"}}};

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

  GraphBody body = StmBody{};
  Index width = 96;  ///< D
  /// Edge features from the graph's own. Without them StmBody takes the mean of the two end encodings; kGat, kGin, kMpnn,
  /// kDirectedGin, kDagnn and kMaxPlus take none. Other bodies never take any.
  bool edge_encoder = false;
  bool degree_encoding = true;  ///< add the sinusoidal encoding of each node's degree
  double dropout = 0;

  bool final_norm = false;  ///< RMS norm before pooling
  /// Heads of path totals in each direction, of eight values each (path_totals.hpp), which outputs read beside the decoder;
  /// 0: none. For what adds up along paths, on graphs with longer paths than those that were learnt from.
  Index path_totals = 0;
  Readout readout = Readout::kGraph;
  Pooling pooling = Pooling::kMean;  ///< of Readout::kGraph (graph_pooling.hpp); others leave the default
  Index graph_value_layer = 0;       ///< width of a layer of their own for graph values; 0: none
  double graph_value_dropout = 0;    ///< on what of the graph values reaches the decoder
  Index outputs = 1;
  double epsilon = 1e-5;
};

/// The body where it is the paper's blocks: stm_body(config).heads = 2. Throws ConfigError if it is another one.
StmBody& stm_body(GraphModelConfig& config);
const StmBody& stm_body(const GraphModelConfig& config);

/// Throws ConfigError naming the setting that makes no sense.
void check_config(const GraphModelConfig& config);

}  // namespace plstm
