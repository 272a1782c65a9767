#include "plstm/nn/graphs/graph_model.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/graphs/graph_readout.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/embedding.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/norm.hpp>

#include "nn/graphs/feature_encoding.hpp"

namespace plstm {

namespace {

// Of an AttributedGraph or a GraphBatch.
template <class Graph>
void check_widths(const GraphModelConfig& c, const Graph& graph) {
  constexpr const char* function = "graph model";
  check_shape(function, "node features (values, codes)", {graph.node_value_width, graph.node_code_width},
              {c.node_value_width, static_cast<std::int64_t>(c.node_vocabulary_sizes.size())});
  if (c.edge_encoder) {
    check_shape(function, "edge features (values, codes)", {graph.edge_value_width, graph.edge_code_width},
                {c.edge_value_width, static_cast<std::int64_t>(c.edge_vocabulary_sizes.size())});
  }
  if (c.graph_value_width > 0) {
    check_shape(function, "values of the graph", {graph.graph_value_width}, {c.graph_value_width});
  }
}

void check_codes(const char* what, const std::vector<std::int32_t>& codes,
                 const std::vector<std::int32_t>& sizes) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::int32_t size = sizes[i % sizes.size()];
    if (codes[i] < 0 || codes[i] >= size) {
      throw ShapeError(fmt::format("{} {}: code {} in column {}, the model knows 0..{}", what,
                                   i / sizes.size(), codes[i], i % sizes.size(), size - 1));
    }
  }
}

// Scaling puts the mean in the place of values of graphs that are not finite: descriptors that are missing.
bool is_scaled(const GraphModelConfig& c) {
  return !c.graph_value_scaling.mean.empty();
}

void add_totals(GraphModel& model) {
  const GraphModelConfig& c = model.config;
  if (c.path_totals == 0) return;
  constexpr Index kWidth = 8;
  const auto add = [&](const char* name) {
    return add_path_totals(model.layout, name, c.width, c.path_totals, kWidth, c.epsilon);
  };
  model.totals = add("path_totals.forward");
  model.reversed_totals = add("path_totals.reversed");
  const Index columns = 2 * c.path_totals * kWidth;
  // At first the decoder speaks alone.
  model.totals_head =
      add_linear(model.layout, "path_totals.head", c.readout == Readout::kEdge ? 2 * columns : columns,
                 c.outputs, false, {ConstantInit{0}});
}

}  // namespace

GraphModel make_graph_model(const GraphModelConfig& config) {
  check_config(config);
  GraphModel model;
  model.config = config;
  ParameterLayout& layout = model.layout;
  if (config.node_value_width > 0) {
    model.node_encoder = add_linear(layout, "encoder", config.node_value_width, config.width, true);
  }
  if (!config.node_vocabulary_sizes.empty()) {
    model.node_table =
        add_embedding_table(layout, "encoder.embedding", config.node_vocabulary_sizes, config.width);
    model.node_first_rows = first_rows_of(config.node_vocabulary_sizes);
  }
  if (config.edge_encoder && config.edge_value_width > 0) {
    model.edge_encoder = add_linear(layout, "edge_encoder", config.edge_value_width, config.width, true);
  }
  if (config.edge_encoder && !config.edge_vocabulary_sizes.empty()) {
    model.edge_table =
        add_embedding_table(layout, "edge_encoder.embedding", config.edge_vocabulary_sizes, config.width);
    model.edge_first_rows = first_rows_of(config.edge_vocabulary_sizes);
  }
  model.body = add_body_layers(layout, config);
  if (config.final_norm) model.final_norm = layout.add("norm.scale", {config.width}, ConstantInit{1}, false);
  if (config.pooling == Pooling::kAttention) {
    // All nodes of a graph weigh the same at first.
    model.pooling_score = layout.add("pooling.score.weight", {1, config.width}, ConstantInit{0}, true);
  }
  Index more = config.graph_value_width;
  if (config.graph_value_layer > 0) {
    model.graph_value_encoder = add_linear(layout, "graph_encoder", more, config.graph_value_layer, true);
    more = config.graph_value_layer;
  }
  model.hidden = add_linear(layout, "decoder.0", second_columns(config) + more, config.width, true);
  model.head = add_linear(layout, "decoder.1", config.width, config.outputs, true);
  add_totals(model);
  return model;
}

LayoutSet layouts_of(const GraphModel& model) {
  LayoutSet layouts = layouts_of(model.body);
  if (model.config.path_totals > 0) layouts.add(StmMode::kPropagation, true);
  return layouts;
}

void check_graph(const GraphModel& model, const PreparedGraph& graph) {
  const GraphModelConfig& c = model.config;
  const AttributedGraph& g = graph.graph;
  check_widths(c, g);
  for (const StmMode mode : {StmMode::kPropagation, StmMode::kDiffusion}) {
    for (const bool reversed : {false, true}) {
      if (layouts_of(model).contains(mode, reversed))
        graph.layouts.at(mode, reversed);  // throws unless prepared
    }
  }
  if (!c.node_vocabulary_sizes.empty()) check_codes("node", g.node_codes, c.node_vocabulary_sizes);
  check_finite("node", g.node_values, g.dag.num_nodes());
  if (c.edge_encoder) {
    if (!c.edge_vocabulary_sizes.empty()) check_codes("edge", g.edge_codes, c.edge_vocabulary_sizes);
    check_finite("edge", g.edge_values, g.dag.num_edges());
  }
  if (c.graph_value_width > 0 && !is_scaled(c)) check_finite("graph", g.graph_values, 1);
  if (std::holds_alternative<DagTransformerBody>(c.body)) Reachability::check_size(g.dag.num_nodes());
  if (has_node_layers(c.body) && graph.max_degree > stm_body(c).max_degree) {
    throw GraphError(fmt::format("graph model: a node has {} in- or out-edges, the model serves at most {}",
                                 graph.max_degree, stm_body(c).max_degree));
  }
}

namespace {

// States of the nodes, and the encodings of the edges as far as blocks or decoder read any.
template <class T>
struct Encodings {
  Var<T> nodes, edges;
};

template <class T>
Encodings<T> encode(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch) {
  const GraphModelConfig& c = model.config;
  if (batch.num_graphs() > 0) check_widths(c, batch);
  const StmGraph& plain = batch.layouts.at(StmMode::kPropagation, false);
  Var<T> x = *encode_features(tape, {"node", batch.node_values, batch.node_codes, batch.num_nodes()},
                              model.node_encoder, model.node_table, model.node_first_rows);
  if (c.degree_encoding) x = add_over(tape, degree_encodings(tape, plain, c.width), x);
  Var<T> edges;
  if (c.edge_encoder) {
    edges = *encode_features(tape, {"edge", batch.edge_values, batch.edge_codes, batch.num_edges()},
                             model.edge_encoder, model.edge_table, model.edge_first_rows);
  } else if (std::holds_alternative<StmBody>(c.body) && !has_node_layers(c.body)) {
    edges = mean_of_rows(tape, x, plain.tail.data(), plain.head.data(), batch.num_edges());
  }
  x = apply(tape, model.body, c, batch, x, edges);
  return {c.final_norm ? rms_norm(tape, x, tape.parameter(model.final_norm), c.epsilon) : x, edges};
}

// The graph of every node, or of the tail of every edge.
template <class T>
const std::int32_t* graph_of_things(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch) {
  const std::int32_t nodes = batch.num_nodes();
  auto* of_node = tape.template keep<std::int32_t>(nodes);
  for (std::int32_t g = 0; g < batch.num_graphs(); ++g) {
    const auto at = static_cast<std::size_t>(g);
    std::fill(of_node + batch.node_offsets[at], of_node + batch.node_offsets[at + 1], g);
  }
  if (model.config.readout == Readout::kNode) return of_node;
  const StmGraph& plain = batch.layouts.at(StmMode::kPropagation, false);
  auto* of_edge = tape.template keep<std::int32_t>(plain.num_edges);
  for (EdgeId e = 0; e < plain.num_edges; ++e) of_edge[e] = of_node[plain.tail[static_cast<std::size_t>(e)]];
  return of_edge;
}

// W [x_tail, x_head, a_e] + b: maps of the nodes are made once a node, not once an edge.
template <class T>
Var<T> edge_hidden(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch, const Encodings<T>& x) {
  const StmGraph& plain = batch.layouts.at(StmMode::kPropagation, false);
  const Var<T> weight = tape.parameter(model.hidden.weight);
  const Index width = model.config.width, edges = plain.num_edges;
  const Var<T> from_tail = linear_columns(tape, x.nodes, weight, 0, tape.parameter(model.hidden.bias));
  const Var<T> from_head = linear_columns(tape, x.nodes, weight, width);
  const Var<T> hidden = add(tape, gather_rows(tape, from_tail, plain.tail.data(), edges),
                            gather_rows(tape, from_head, plain.head.data(), edges));
  if (!model.config.edge_encoder) return hidden;
  return add(tape, hidden, linear_columns(tape, x.edges, weight, 2 * width));
}

}  // namespace

template <class T>
Var<T> encode_nodes(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch) {
  return encode(tape, model, batch).nodes;
}

template <class T>
Var<T> forward(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch) {
  const GraphModelConfig& c = model.config;
  const Encodings<T> x = encode(tape, model, batch);
  if (c.readout == Readout::kGraph) {
    const Var<T> values = c.graph_value_width > 0 ? graph_value_inputs(tape, model, batch) : Var<T>{};
    return decode_graphs(tape, model, batch, x.nodes, values);
  }
  Var<T> hidden = c.readout == Readout::kEdge
                      ? edge_hidden(tape, model, batch, x)
                      : linear_columns(tape, x.nodes, tape.parameter(model.hidden.weight), 0,
                                       tape.parameter(model.hidden.bias));
  if (c.graph_value_width > 0) {
    const Var<T> of_graphs = graph_value_part(tape, model, graph_value_inputs(tape, model, batch));
    const Var<T> values = gather_rows(tape, of_graphs, graph_of_things(tape, model, batch), hidden.rows);
    hidden = add(tape, hidden, values);
  }
  const Var<T> decoded = apply(tape, model.head, activate(tape, ActivationKind::kRelu, hidden));
  return c.path_totals == 0 ? decoded : add(tape, decoded, totals_part(tape, model, batch, x.nodes));
}

#define PLSTM_INSTANTIATE(T)                                                       \
  template Var<T> encode_nodes<T>(Tape<T>&, const GraphModel&, const GraphBatch&); \
  template Var<T> forward<T>(Tape<T>&, const GraphModel&, const GraphBatch&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
