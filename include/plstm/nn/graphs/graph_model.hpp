#pragma once

#include <cstdint>
#include <vector>

#include <plstm/nn/graphs/body_layers.hpp>
#include <plstm/nn/graphs/graph_batch.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>
#include <plstm/nn/graphs/path_totals.hpp>
#include <plstm/nn/shared/linear.hpp>

namespace plstm {

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
  BodyLayers body;  ///< the layers of config.body
  ParameterId final_norm;
  ParameterId pooling_score;        ///< [1, D], of Pooling::kAttention
  LinearLayer graph_value_encoder;  ///< not valid without graph_value_layer
  LinearLayer hidden, head;
  PathTotals totals, reversed_totals;  ///< on the DAG and on its reverse, if config.path_totals
  LinearLayer totals_head;             ///< [outputs, columns of the totals], without bias
};

GraphModel make_graph_model(const GraphModelConfig& config);

/// The layouts that the model reads, for PrepareOptions.
LayoutSet layouts_of(const GraphModel& model);

/// Throws ShapeError or GraphError if the model cannot take this graph: other feature widths, a code outside
/// its vocabulary, a feature that is not finite, or (node layer) a degree above max_degree. The message names the node
/// or edge and the column. Throws ConfigError if a layout that the model reads is not prepared. What passes here,
/// forward() accepts; what does not, forward() refuses too.
void check_graph(const GraphModel& model, const PreparedGraph& graph);

/// Outputs of the batch: [B, outputs], [N, outputs] or [E, outputs], as the read-out says; nodes and edges stand graph
/// after graph. Model and batch must outlive the pass.
///
/// With x the node states, v the values of the graph (absent without them) and a the encodings of the edges (absent
/// without edge_encoder), the decoder is head(relu(z)) and
///
///   kGraph   z_g = W [pool(x), v_g] + b
///   kNode    z_n = W [x_n, v_g] + b,  g the graph of n
///   kEdge    z_e = W [x_tail, x_head, a_e, v_g] + b
///
/// With path_totals, y the totals of the nodes on the DAG and on its reverse, the outputs are head(relu(z)) + U t:
///
///   kGraph   t_g = the largest y_n of its nodes, column by column
///   kNode    t_n = y_n
///   kEdge    t_e = [y_tail, y_head]
template <class T>
Var<T> forward(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch);

/// As forward(), but the node states [N, D] before pooling.
template <class T>
Var<T> encode_nodes(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch);

}  // namespace plstm
