#pragma once

#include <string>
#include <string_view>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/lstm_cell.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// Layers of message passing, to compare with (neighbours.hpp). With z = rms(x), a the edge features and sums over the
/// neighbours u of n, whichever way the edges run:
///
/// - kGcn   x_n + relu(W sum z_u / sqrt((deg n + 1) (deg u + 1)) + b), the sum over n too
///          (Kipf & Welling 2017, with the residual connection of their appendix B)
/// - kGat   x_n + relu(sum alpha_nu (W z_u + b)), the sum over n too, heads side by side,
///          alpha_n = softmax leaky_relu(p . W z_n + q . W z_u + c . a_nu)
///          (Velickovic et al. 2018; relu in place of elu, the linear map c of edge features is ours)
/// - kGin   x_n + M(w z_n + sum z_u), with edge features sum relu(z_u + C a_nu); M two linear maps with a
/// relu
///          between them, w = 1 + epsilon learned (Xu et al. 2019; Hu et al. 2020)
/// - kMpnn  x_n + relu(U [z_n, sum relu(A z_n + B z_u + C a_nu + b)] + d)
///          (Gilmer et al. 2017, messages of one linear map and a relu, an update without memory)
/// - kLstm  (x_n, cell_n) <- lstm_cell(W [z_n, mean z_u] + b, cell_n), the cell being the residual path
///          (after Liang et al. 2016 and Peng et al. 2017: hidden state and cell go from layer to layer, the
///          neighbours come in as a mean; one forget gate instead of one per neighbour, weights per layer)
///
/// Three of them again for edges with directions: predecessors p and successors s of n have weights of their own, as in
/// Rossi et al. (Learning on Graphs 2023).
///
/// - kDirectedGcn   x_n + relu(W [z_n, sum z_p / sqrt(in n out p), sum z_s / sqrt(out n in s)] + b), in and out being
///                  degrees
/// - kDirectedGin   x_n + M[z_n, sum z_p, sum z_s], with edge features sums of relu(z_p + C a_pn) and
///                  relu(z_s + D a_ns); the first map of M takes all three
/// - kDirectedLstm  (x_n, cell_n) <- lstm_cell(W [z_n, mean z_p, mean z_s] + b, cell_n)
///
/// The published forms normalise batches, or nothing. Here the root-mean-square norm of each node comes
/// first: the shards of a batch are computed apart, so there are no statistics over a batch.
enum class MessageLayerKind { kGcn, kGat, kGin, kMpnn, kLstm, kDirectedGcn, kDirectedGin, kDirectedLstm };

/// "GCN" and so on, for messages.
std::string_view name(MessageLayerKind kind);

/// Whether layers of this kind take edge features: kGat, kGin, kMpnn, kDirectedGin.
bool reads_edges(MessageLayerKind kind);

/// Whether a cell goes from layer to layer: kLstm, kDirectedLstm.
bool has_cell(MessageLayerKind kind);

struct MessageLayerOptions {
  MessageLayerKind kind = MessageLayerKind::kGin;
  Index width = 0;       ///< D
  Index heads = 1;       ///< H of kGat; must divide D
  Index edge_width = 0;  ///< J; 0: no edge features
  double dropout = 0;    ///< on what is added to x; with a cell: on the new x
  double epsilon = 1e-5;
};

/// Parameters of one layer; those of other kinds are not valid.
struct MessageLayer {
  MessageLayerOptions options;
  ParameterId norm;                        ///< [D]
  LinearLayer value;                       ///< W of kGcn, kGat and kDirectedGcn
  ParameterId target_score, source_score;  ///< p and q of kGat, [H, D / H]
  LinearLayer edge;                        ///< C, and c of kGat [H, J]; if there are edge features
  LinearLayer successor_edge;              ///< D of kDirectedGin, if there are edge features
  ParameterId self_weight;                 ///< w of kGin, [1]
  LinearLayer up, down;                    ///< M of kGin and kDirectedGin
  LinearLayer target, source;              ///< A with b, and B, of kMpnn
  LinearLayer update;                      ///< U with d of kMpnn, W with b of kLstm and kDirectedLstm
};

/// Adds the layer's parameters under "<name>.". Throws ConfigError if sizes are missing or do not fit, or if
/// the kind takes no edge features but edge_width is set.
MessageLayer add_message_layer(ParameterLayout& layout, const std::string& name,
                               const MessageLayerOptions& options);

/// x = state.hidden [N, D] -> the new x. The cell is that of the layer before, of kinds with a cell; with a null
/// value it is zero, and other kinds leave it so. edge_features [E, J], not read if edge_width is 0. `graph`
/// outlives the pass.
template <class T>
LstmState<T> apply(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, LstmState<T> state,
                   Var<T> edge_features);

}  // namespace plstm
