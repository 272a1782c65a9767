#include "plstm/nn/graphs/message_layer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/neighbours.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

namespace {

void check(const MessageLayerOptions& o) {
  const auto require = [&](bool condition, const std::string& message) {
    if (!condition) throw ConfigError(fmt::format("{} layer: {}", name(o.kind), message));
  };
  require(o.width >= 1, fmt::format("width is {}, expected at least 1", o.width));
  require(o.kind != MessageLayerKind::kGat || (o.heads >= 1 && o.width % o.heads == 0),
          fmt::format("{} heads do not divide the width {}", o.heads, o.width));
  require(o.edge_width >= 0, fmt::format("edge_width is {}, expected at least 0", o.edge_width));
  require(o.edge_width == 0 || reads_edges(o.kind), "takes no edge features, edge_width must be 0");
}

template <class T>
Var<T> relu(Tape<T>& tape, Var<T> x) {
  return activate(tape, ActivationKind::kRelu, x);
}

// A linear map of [a, b], equally wide, without the concatenation.
template <class T>
Var<T> apply_to_both(Tape<T>& tape, const LinearLayer& layer, Var<T> a, Var<T> b) {
  const Var<T> weight = tape.parameter(layer.weight);
  return add(tape, linear_columns(tape, a, weight, 0, tape.parameter(layer.bias)),
             linear_columns(tape, b, weight, a.cols));
}

// A linear map of [z, what comes from predecessors, what comes from successors].
template <class T>
Var<T> apply_to_sides(Tape<T>& tape, const LinearLayer& layer, Var<T> z, Var<T> before, Var<T> behind) {
  const Var<T> weight = tape.parameter(layer.weight);
  const Var<T> both = add(tape, linear_columns(tape, z, weight, 0, tape.parameter(layer.bias)),
                          linear_columns(tape, before, weight, z.cols));
  return add(tape, both, linear_columns(tape, behind, weight, 2 * z.cols));
}

template <class T>
Var<T> apply_to_sides(Tape<T>& tape, const LinearLayer& layer, const StmGraph& graph, Var<T> z,
                      NeighbourSum kind) {
  return apply_to_sides(tape, layer, z, sum_neighbours(tape, graph, z, kind, NeighbourSide::kPredecessors),
                        sum_neighbours(tape, graph, z, kind, NeighbourSide::kSuccessors));
}

template <class T>
Var<T> graph_convolution(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, Var<T> z) {
  return relu(tape, apply(tape, layer.value, sum_neighbours(tape, graph, z, NeighbourSum::kSymmetric)));
}

// The mapped edge features, if there are any.
template <class T>
Var<T> edge_part(Tape<T>& tape, const MessageLayer& layer, Var<T> edge_features) {
  return layer.options.edge_width == 0 ? Var<T>{} : apply(tape, layer.edge, edge_features);
}

template <class T>
Var<T> graph_attention(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, Var<T> z,
                       Var<T> edge_features) {
  AttentionVars<T> vars;
  vars.value = apply(tape, layer.value, z);
  vars.source_score = head_dots(tape, vars.value, tape.parameter(layer.source_score));
  vars.target_score = head_dots(tape, vars.value, tape.parameter(layer.target_score));
  vars.edge_score = edge_part(tape, layer, edge_features);
  return relu(tape, attend_neighbours(tape, graph, vars));
}

template <class T>
Var<T> graph_isomorphism(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, Var<T> z,
                         Var<T> edge_features) {
  const Var<T> edges = edge_part(tape, layer, edge_features);
  const Var<T> sum = edges.value == nullptr
                         ? sum_neighbours(tape, graph, z, NeighbourSum::kSum)
                         : sum_messages(tape, graph, MessageVars<T>{.source = z, .edges = edges});
  const Var<T> both = add_multiple(tape, sum, z, tape.parameter(layer.self_weight));
  return apply(tape, layer.down, relu(tape, apply(tape, layer.up, both)));
}

template <class T>
Var<T> directed_isomorphism(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, Var<T> z,
                            Var<T> edge_features) {
  const auto hidden = [&] {
    if (layer.options.edge_width == 0) return apply_to_sides(tape, layer.up, graph, z, NeighbourSum::kSum);
    const auto sum = [&](const LinearLayer& edge, NeighbourSide side) {
      return sum_messages(tape, graph, MessageVars<T>{.source = z, .edges = apply(tape, edge, edge_features)},
                          side);
    };
    return apply_to_sides(tape, layer.up, z, sum(layer.edge, NeighbourSide::kPredecessors),
                          sum(layer.successor_edge, NeighbourSide::kSuccessors));
  };
  return apply(tape, layer.down, relu(tape, hidden()));
}

template <class T>
Var<T> message_passing(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, Var<T> z,
                       Var<T> edge_features) {
  const Var<T> messages = sum_messages(tape, graph,
                                       MessageVars<T>{.target = apply(tape, layer.target, z),
                                                      .source = apply(tape, layer.source, z),
                                                      .edges = edge_part(tape, layer, edge_features)});
  return relu(tape, apply_to_both(tape, layer.update, z, messages));
}

template <class T>
LstmState<T> graph_lstm(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, Var<T> z,
                        Var<T> cell) {
  if (cell.value == nullptr) {
    cell = tape.make_constant(z.rows, z.cols);
    std::fill_n(cell.value, cell.size(), T(0));
  }
  const auto gates = [&] {
    if (layer.options.kind == MessageLayerKind::kDirectedLstm)
      return apply_to_sides(tape, layer.update, graph, z, NeighbourSum::kMean);
    return apply_to_both(tape, layer.update, z, sum_neighbours(tape, graph, z, NeighbourSum::kMean));
  };
  LstmState<T> next = lstm_cell(tape, gates(), cell);
  next.hidden = dropout(tape, next.hidden, layer.options.dropout);
  return next;
}

}  // namespace

std::string_view name(MessageLayerKind kind) {
  switch (kind) {
    case MessageLayerKind::kGcn:
      return "GCN";
    case MessageLayerKind::kGat:
      return "GAT";
    case MessageLayerKind::kGin:
      return "GIN";
    case MessageLayerKind::kMpnn:
      return "MPNN";
    case MessageLayerKind::kDirectedGcn:
      return "directed GCN";
    case MessageLayerKind::kDirectedGin:
      return "directed GIN";
    case MessageLayerKind::kDirectedLstm:
      return "directed LSTM";
    case MessageLayerKind::kLstm:
      break;
  }
  return "LSTM";
}

bool reads_edges(MessageLayerKind kind) {
  return kind == MessageLayerKind::kGat || kind == MessageLayerKind::kGin ||
         kind == MessageLayerKind::kMpnn || kind == MessageLayerKind::kDirectedGin;
}

bool has_cell(MessageLayerKind kind) {
  return kind == MessageLayerKind::kLstm || kind == MessageLayerKind::kDirectedLstm;
}

MessageLayer add_message_layer(ParameterLayout& layout, const std::string& name,
                               const MessageLayerOptions& options) {
  check(options);
  MessageLayer layer;
  layer.options = options;
  const auto& [kind, width, heads, edge_width, dropout, epsilon] = options;
  layer.norm = layout.add(name + ".norm.scale", {width}, ConstantInit{1}, false);
  switch (kind) {
    case MessageLayerKind::kGcn:
      layer.value = add_linear(layout, name + ".value", width, width, true);
      break;
    case MessageLayerKind::kGat:
      layer.value = add_linear(layout, name + ".value", width, width, true);
      layer.target_score =
          layout.add(name + ".target_score", {heads, width / heads}, small_init(width / heads), true);
      layer.source_score =
          layout.add(name + ".source_score", {heads, width / heads}, small_init(width / heads), true);
      break;
    case MessageLayerKind::kGin:
      layer.self_weight = layout.add(name + ".self_weight", {1}, ConstantInit{1}, false);
      layer.up = add_linear(layout, name + ".up", width, width, true);
      layer.down = add_linear(layout, name + ".down", width, width, true);
      break;
    case MessageLayerKind::kMpnn:
      layer.target = add_linear(layout, name + ".target", width, width, true);
      layer.source = add_linear(layout, name + ".source", width, width, false);
      layer.update = add_linear(layout, name + ".update", 2 * width, width, true);
      break;
    case MessageLayerKind::kLstm:
      layer.update = add_linear(layout, name + ".update", 2 * width, 4 * width, true);
      break;
    case MessageLayerKind::kDirectedGcn:
      layer.value = add_linear(layout, name + ".value", 3 * width, width, true);
      break;
    case MessageLayerKind::kDirectedGin:
      layer.up = add_linear(layout, name + ".up", 3 * width, width, true);
      layer.down = add_linear(layout, name + ".down", width, width, true);
      break;
    case MessageLayerKind::kDirectedLstm:
      layer.update = add_linear(layout, name + ".update", 3 * width, 4 * width, true);
      break;
  }
  if (edge_width > 0) {
    const Index out = kind == MessageLayerKind::kGat ? heads : width;
    layer.edge = add_linear(layout, name + ".edge", edge_width, out, false);
    if (kind == MessageLayerKind::kDirectedGin)
      layer.successor_edge = add_linear(layout, name + ".successor_edge", edge_width, out, false);
  }
  return layer;
}

template <class T>
LstmState<T> apply(Tape<T>& tape, const MessageLayer& layer, const StmGraph& graph, LstmState<T> state,
                   Var<T> edge_features) {
  const MessageLayerOptions& o = layer.options;
  const Var<T> x = state.hidden;
  const Var<T> z = rms_norm(tape, x, tape.parameter(layer.norm), o.epsilon);
  const auto add_branch = [&](Var<T> branch) {
    return LstmState<T>{add(tape, x, dropout(tape, branch, o.dropout)), state.cell};
  };
  switch (o.kind) {
    case MessageLayerKind::kGcn:
      return add_branch(graph_convolution(tape, layer, graph, z));
    case MessageLayerKind::kGat:
      return add_branch(graph_attention(tape, layer, graph, z, edge_features));
    case MessageLayerKind::kGin:
      return add_branch(graph_isomorphism(tape, layer, graph, z, edge_features));
    case MessageLayerKind::kMpnn:
      return add_branch(message_passing(tape, layer, graph, z, edge_features));
    case MessageLayerKind::kDirectedGcn:
      return add_branch(relu(tape, apply_to_sides(tape, layer.value, graph, z, NeighbourSum::kSymmetric)));
    case MessageLayerKind::kDirectedGin:
      return add_branch(directed_isomorphism(tape, layer, graph, z, edge_features));
    case MessageLayerKind::kLstm:
    case MessageLayerKind::kDirectedLstm:
      break;
  }
  return graph_lstm(tape, layer, graph, z, state.cell);
}

#define PLSTM_INSTANTIATE(T) \
  template LstmState<T> apply<T>(Tape<T>&, const MessageLayer&, const StmGraph&, LstmState<T>, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
