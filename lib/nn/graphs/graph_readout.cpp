#include "plstm/nn/graphs/graph_readout.hpp"

#include <array>
#include <vector>

#include <plstm/core/shape.hpp>
#include <plstm/nn/graphs/graph_pooling.hpp>
#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/linear.hpp>

#include "nn/graphs/feature_encoding.hpp"

namespace plstm {

template <class T>
Var<T> graph_value_inputs(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch) {
  const GraphModelConfig& c = model.config;
  // Scaling puts the mean in the place of values that are not finite: descriptors that are missing.
  if (c.graph_value_scaling.mean.empty()) check_finite("graph", batch.graph_values, batch.num_graphs());
  return scaled_values(tape, c.graph_value_scaling, batch.graph_values, batch.num_graphs(),
                       c.graph_value_width);
}

template <class T>
Var<T> graph_value_part(Tape<T>& tape, const GraphModel& model, Var<T> values) {
  const GraphModelConfig& c = model.config;
  if (c.graph_value_layer > 0) {
    values = linear_gelu(tape, values, tape.parameter(model.graph_value_encoder.weight),
                         tape.parameter(model.graph_value_encoder.bias));
  }
  values = dropout(tape, values, c.graph_value_dropout);
  return linear_columns(tape, values, tape.parameter(model.hidden.weight), second_columns(c));
}

template <class T>
Var<T> pooled_states(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch, Var<T> nodes) {
  check_shape("pooled_states", "nodes", {nodes.rows, nodes.cols}, {batch.num_nodes(), model.config.width});
  const Var<T> score = model.pooling_score.valid() ? tape.parameter(model.pooling_score) : Var<T>{};
  return pool_nodes(tape, nodes, batch.layouts.at(StmMode::kPropagation, false), batch.node_offsets.data(),
                    batch.num_graphs(), model.config.pooling, score);
}

template <class T>
Var<T> totals_part(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch, Var<T> nodes) {
  const StmGraph& plain = batch.layouts.at(StmMode::kPropagation, false);
  const StmGraph& reversed = batch.layouts.at(StmMode::kPropagation, true);
  const std::array<Var<T>, 2> both{apply(tape, model.totals, plain, nodes),
                                   apply(tape, model.reversed_totals, reversed, nodes)};
  const Var<T> totals = concatenate<T>(tape, both);
  const Var<T> weight = tape.parameter(model.totals_head.weight);
  switch (model.config.readout) {
    case Readout::kGraph:
      return linear(
          tape, pool_nodes(tape, totals, plain, batch.node_offsets.data(), batch.num_graphs(), Pooling::kMax),
          weight);
    case Readout::kNode:
      return linear(tape, totals, weight);
    case Readout::kEdge:
      break;
  }
  // Maps of the nodes are made once a node, not once an edge.
  const auto at_end = [&](Index first, const std::vector<NodeId>& ends) {
    return gather_rows(tape, linear_columns(tape, totals, weight, first), ends.data(), plain.num_edges);
  };
  return add(tape, at_end(0, plain.tail), at_end(totals.cols, plain.head));
}

template <class T>
Var<T> decode_graphs(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch, Var<T> nodes,
                     Var<T> values) {
  const GraphModelConfig& c = model.config;
  check_shape("decode_graphs", "nodes", {nodes.rows, nodes.cols}, {batch.num_nodes(), c.width});
  const Var<T> pooled = pooled_states(tape, model, batch, nodes);
  Var<T> hidden =
      linear_columns(tape, pooled, tape.parameter(model.hidden.weight), 0, tape.parameter(model.hidden.bias));
  if (c.graph_value_width > 0) {
    check_shape("decode_graphs", "values", {values.rows, values.cols},
                {batch.num_graphs(), c.graph_value_width});
    hidden = add(tape, hidden, graph_value_part(tape, model, values));
  }
  const Var<T> decoded = apply(tape, model.head, activate(tape, ActivationKind::kRelu, hidden));
  return c.path_totals == 0 ? decoded : add(tape, decoded, totals_part(tape, model, batch, nodes));
}

#define PLSTM_INSTANTIATE(T)                                                                \
  template Var<T> graph_value_inputs<T>(Tape<T>&, const GraphModel&, const GraphBatch&);    \
  template Var<T> graph_value_part<T>(Tape<T>&, const GraphModel&, Var<T>);                 \
  template Var<T> pooled_states<T>(Tape<T>&, const GraphModel&, const GraphBatch&, Var<T>); \
  template Var<T> totals_part<T>(Tape<T>&, const GraphModel&, const GraphBatch&, Var<T>);   \
  template Var<T> decode_graphs<T>(Tape<T>&, const GraphModel&, const GraphBatch&, Var<T>, Var<T>);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
