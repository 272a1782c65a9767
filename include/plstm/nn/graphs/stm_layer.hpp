#pragma once

#include <optional>
#include <string>

#include <plstm/nn/autodiff/tape.hpp>
#include <plstm/nn/graphs/gates.hpp>
#include <plstm/nn/shared/linear.hpp>
#include <plstm/stm/graphs/operator.hpp>
#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// Where the gates of a layer come from (specification, section 3).
enum class StmLayerKind {
  kNode,  ///< from node features alone, one value per slot of a node
  kEdge,  ///< from the features of the edges concerned and the node between them
};

/// First values of the gates. The defaults are those of the specification.
struct GateInit {
  double gate_bias = -5;        ///< source, mark and direct gates
  double gate_weight_std = 0;   ///< of their weights, and of the transition's
  double transition_scale = 1;  ///< node layer: times the identity of in-slots to out-slots
  double transition_mean = 0;   ///< edge layer: mean and
  double transition_std = 10;   ///< standard deviation of the bias
};

struct StmLayerOptions {
  StmLayerKind kind = StmLayerKind::kNode;
  StmMode mode = StmMode::kPropagation;
  Index width = 0;                ///< D
  Index heads = 1;                ///< H; must divide D unless key_width and value_width are given
  Index key_width = 0;            ///< K; 0: D / H
  Index value_width = 0;          ///< V; 0: D / H
  Index max_degree = 0;           ///< M, node layer only
  Index edge_width = 0;           ///< J, edge layer only
  std::optional<bool> bias = {};  ///< of query, key, value, out; default: edge layer only
  GateInit init = {};
  double epsilon = 1e-5;
  StmForm form = StmForm::kAuto;
};

/// Parameters of one layer.
struct StmLayer {
  StmLayerOptions options;
  LinearLayer query, key, value, source, transition, mark, direct, out;
  ParameterId norm_scale;  ///< [H, V]
};

/// Adds the layer's parameters under "<name>.". Throws ConfigError if sizes are missing or do not fit.
StmLayer add_stm_layer(ParameterLayout& layout, const std::string& name, StmLayerOptions options);

/// x [N, D], edge_features [E, J] (not read by a node layer) -> [N, D]. `graph` must be laid out with the
/// line graph of the layer's mode and outlive the pass. Throws GraphError if a node layer meets a node of
/// more than M in- or out-edges.
template <class T>
Var<T> apply(Tape<T>& tape, const StmLayer& layer, const StmGraph& graph, Var<T> x, Var<T> edge_features);

/// The operator on a tape: query, key [N, H * K], value [N, H * V], source, mark [E, H], transition [L, H],
/// direct [N, H] -> [N, H * V].
template <class T>
struct StmVars {
  Var<T> query, key, value, source, transition, mark, direct;
};
template <class T>
Var<T> stm(Tape<T>& tape, const StmGraph& graph, const StmVars<T>& vars, Index heads, StmForm form);

/// What recorded calls of stm() on this tape keep of the operator's states for their backward pass, from now on
/// and also after Tape::start. A tape begins with StmMemory::kAuto. Gradients agree to rounding.
template <class T>
void set_stm_memory(Tape<T>& tape, StmMemory memory);

}  // namespace plstm
