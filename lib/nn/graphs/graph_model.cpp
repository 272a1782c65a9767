#include "plstm/nn/graphs/graph_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/activation.hpp>
#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>
#include <plstm/nn/shared/embedding.hpp>
#include <plstm/nn/shared/gather.hpp>
#include <plstm/nn/shared/norm.hpp>

namespace plstm {

namespace {

std::int32_t sum(const std::vector<std::int32_t>& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), 0);
}

ParameterId add_table(ParameterLayout& layout, const std::string& name,
                      const std::vector<std::int32_t>& sizes, Index width) {
  // A sum of as many rows as there are columns then has unit variance.
  const NormalInit init{0, 1 / std::sqrt(static_cast<double>(sizes.size()))};
  return layout.add(name, {sum(sizes), width}, init, false);
}

// Encodings of values and codes, added up; nothing if there is neither.
template <class T>
std::optional<Var<T>> encode(Tape<T>& tape, const LinearLayer& linear_layer, const std::vector<float>& values,
                             ParameterId table, const std::vector<std::int32_t>& first_rows,
                             const std::vector<std::int32_t>& codes, Index rows) {
  std::optional<Var<T>> x;
  if (linear_layer.weight.valid()) {
    Var<T> input = tape.make_constant(rows, rows == 0 ? tape.parameter(linear_layer.weight).cols
                                                      : static_cast<Index>(values.size()) / rows);
    for (Index i = 0; i < input.size(); ++i)
      input.value[i] = static_cast<T>(values[static_cast<std::size_t>(i)]);
    x = apply(tape, linear_layer, input);
  }
  if (table.valid()) {
    const Var<T> embedded = embedding_sum<T>(tape, tape.parameter(table), codes.data(), rows, first_rows);
    x = x.has_value() ? add(tape, *x, embedded) : embedded;
  }
  return x;
}

// sin(deg * w_i) at even, cos at odd columns; w_i = 10000^(-2i/D).
template <class T>
Var<T> degree_encodings(Tape<T>& tape, const StmGraph& graph, Index width) {
  Var<T> encoding = tape.make_constant(graph.num_nodes, width);
  const auto degree_of = [&graph](std::size_t n) {
    return graph.in_offsets[n + 1] - graph.in_offsets[n] + graph.out_offsets[n + 1] - graph.out_offsets[n];
  };
  std::int32_t largest = 0;
  for (Index n = 0; n < graph.num_nodes; ++n)
    largest = std::max(largest, degree_of(static_cast<std::size_t>(n)));
  // A row per degree, made for the first node that has it; few degrees occur.
  auto** rows = tape.template keep<const T*>(largest + 1);
  std::fill_n(rows, largest + 1, nullptr);
  T* frequencies = tape.template keep<T>(width);
  for (Index c = 0; c < width; ++c) {
    const auto pair = static_cast<double>(c - c % 2);
    frequencies[c] = static_cast<T>(std::pow(10000.0, -pair / static_cast<double>(width)));
  }
  for (Index n = 0; n < graph.num_nodes; ++n) {
    const std::int32_t degree = degree_of(static_cast<std::size_t>(n));
    T* to = encoding.value + n * width;
    if (rows[degree] != nullptr) {
      std::copy_n(rows[degree], width, to);
      continue;
    }
    rows[degree] = to;
    for (Index c = 0; c < width; ++c) {
      const T angle = static_cast<T>(degree) * frequencies[c];
      to[c] = c % 2 == 0 ? std::sin(angle) : std::cos(angle);
    }
  }
  return encoding;
}

std::optional<MessageLayerKind> message_kind(GraphBody body) {
  switch (body) {
    case GraphBody::kGcn:
      return MessageLayerKind::kGcn;
    case GraphBody::kGat:
      return MessageLayerKind::kGat;
    case GraphBody::kGin:
      return MessageLayerKind::kGin;
    case GraphBody::kMpnn:
      return MessageLayerKind::kMpnn;
    case GraphBody::kLstm:
      return MessageLayerKind::kLstm;
    case GraphBody::kStm:
    case GraphBody::kNone:
      break;
  }
  return std::nullopt;
}

bool is_node_model(const GraphModelConfig& c) {
  return c.body == GraphBody::kStm && c.layer == StmLayerKind::kNode;
}

bool may_encode_edges(const GraphModelConfig& c) {
  const auto kind = message_kind(c.body);
  if (kind.has_value()) return reads_edges(*kind);
  return c.body == GraphBody::kStm && (!is_node_model(c) || c.neighbours);
}

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

// Where the decoder's first weight, [width, all that it reads], has the columns of its second part.
Index second_columns(const GraphModelConfig& c) {
  if (c.readout != Readout::kEdge) return c.width;
  return (c.edge_encoder ? 3 : 2) * c.width;
}

void add_blocks(GraphModel& model) {
  const GraphModelConfig& config = model.config;
  const Index count = 2 * config.pd_blocks;
  for (Index i = 0; i < count; ++i) {
    BlockOptions options;
    options.layer.kind = config.layer;
    options.layer.mode = i % 2 == 0 ? StmMode::kPropagation : StmMode::kDiffusion;
    options.layer.width = config.width;
    options.layer.heads = config.heads;
    options.layer.max_degree = config.max_degree;
    options.layer.edge_width = config.width;
    options.layer.init = config.gates;
    options.layer.epsilon = config.epsilon;
    options.gated = config.gated;
    options.neighbours = config.neighbours;
    options.edge_width = config.neighbours && config.edge_encoder ? config.width : 0;
    options.residual_scale = config.residual_scale;
    options.dropout = config.dropout;
    options.drop_path = drop_path_of_block(config.drop_path, i, count);
    options.epsilon = config.epsilon;
    model.blocks.push_back(
        add_block(model.layout, fmt::format("block_stack.blocks.{}.block{}", i / 2, i % 2), options));
  }
}

void add_message_layers(GraphModel& model, MessageLayerKind kind) {
  const GraphModelConfig& config = model.config;
  for (Index i = 0; i < config.layers; ++i) {
    const MessageLayerOptions options{.kind = kind,
                                      .width = config.width,
                                      .heads = config.heads,
                                      .edge_width = config.edge_encoder ? config.width : 0,
                                      .dropout = config.dropout,
                                      .epsilon = config.epsilon};
    model.message_layers.push_back(add_message_layer(model.layout, fmt::format("layers.{}", i), options));
  }
}

}  // namespace

void check_config(const GraphModelConfig& c) {
  const auto require = [](bool condition, const std::string& message) {
    if (!condition) throw ConfigError("graph model: " + message);
  };
  require(c.node_value_width >= 0 && c.edge_value_width >= 0, "feature widths must not be negative");
  require(c.node_value_width > 0 || !c.node_vocabulary_sizes.empty(), "the nodes have no features");
  require(!c.edge_encoder || c.edge_value_width > 0 || !c.edge_vocabulary_sizes.empty(),
          "edge_encoder is on but the edges have no features");
  for (const auto* sizes : {&c.node_vocabulary_sizes, &c.edge_vocabulary_sizes}) {
    for (const std::int32_t size : *sizes) require(size > 0, "a vocabulary is empty");
  }
  require(!c.edge_encoder || may_encode_edges(c), "edge_encoder is on but no layer reads edge features");
  if (c.body == GraphBody::kStm || c.body == GraphBody::kGat) {
    require(c.width > 0 && c.heads > 0 && c.width % c.heads == 0,
            fmt::format("width {} must be a positive multiple of heads {}", c.width, c.heads));
  }
  require(c.width >= 1, fmt::format("width is {}, expected at least 1", c.width));
  require(c.outputs >= 1, fmt::format("outputs is {}, expected at least 1", c.outputs));
  require(c.dropout >= 0 && c.dropout < 1,
          fmt::format("dropout is {}, expected 0 <= dropout < 1", c.dropout));
  require(c.drop_path >= 0 && c.drop_path < 1,
          fmt::format("drop_path is {}, expected 0 <= drop_path < 1", c.drop_path));
  require(c.graph_value_width >= 0 && c.graph_value_layer >= 0,
          "widths of graph values must not be negative");
  require(c.graph_value_width > 0 || (c.graph_value_layer == 0 && c.graph_value_dropout == 0),
          "graph_value_layer and graph_value_dropout are for graph values, and there are none");
  require(c.graph_value_dropout >= 0 && c.graph_value_dropout < 1,
          fmt::format("graph_value_dropout is {}, expected 0 <= dropout < 1", c.graph_value_dropout));
  check_scaling(c.graph_value_scaling, c.graph_value_width);
  require(c.readout == Readout::kGraph || c.pooling == Pooling::kMean,
          "pooling is for outputs of graphs; leave it at mean where nodes or edges are read out");
  if (c.body == GraphBody::kStm) {
    require(c.pd_blocks >= 1, fmt::format("pd_blocks is {}, expected at least 1", c.pd_blocks));
    require(c.layer != StmLayerKind::kNode || c.max_degree > 0, "a node layer needs max_degree");
  } else {
    require(c.body == GraphBody::kNone || c.layers >= 1,
            fmt::format("layers is {}, expected at least 1", c.layers));
    require(
        !c.gated && !c.neighbours && !c.residual_scale && c.drop_path == 0,
        "gated, neighbours, residual_scale and drop_path belong to blocks of the paper, this body has none");
  }
}

GraphModel make_graph_model(const GraphModelConfig& config) {
  check_config(config);
  GraphModel model;
  model.config = config;
  ParameterLayout& layout = model.layout;
  if (config.node_value_width > 0) {
    model.node_encoder = add_linear(layout, "encoder", config.node_value_width, config.width, true);
  }
  if (!config.node_vocabulary_sizes.empty()) {
    model.node_table = add_table(layout, "encoder.embedding", config.node_vocabulary_sizes, config.width);
    model.node_first_rows = first_rows_of(config.node_vocabulary_sizes);
  }
  if (config.edge_encoder && config.edge_value_width > 0) {
    model.edge_encoder = add_linear(layout, "edge_encoder", config.edge_value_width, config.width, true);
  }
  if (config.edge_encoder && !config.edge_vocabulary_sizes.empty()) {
    model.edge_table =
        add_table(layout, "edge_encoder.embedding", config.edge_vocabulary_sizes, config.width);
    model.edge_first_rows = first_rows_of(config.edge_vocabulary_sizes);
  }
  if (config.body == GraphBody::kStm) add_blocks(model);
  if (const auto kind = message_kind(config.body); kind.has_value()) add_message_layers(model, *kind);
  if (config.final_norm) model.final_norm = layout.add("norm.scale", {config.width}, ConstantInit{1}, false);
  Index more = config.graph_value_width;
  if (config.graph_value_layer > 0) {
    model.graph_value_encoder = add_linear(layout, "graph_encoder", more, config.graph_value_layer, true);
    more = config.graph_value_layer;
  }
  model.hidden = add_linear(layout, "decoder.0", second_columns(config) + more, config.width, true);
  model.head = add_linear(layout, "decoder.1", config.width, config.outputs, true);
  return model;
}

void check_graph(const GraphModel& model, const PreparedGraph& graph) {
  const GraphModelConfig& c = model.config;
  const AttributedGraph& g = graph.graph;
  check_widths(c, g);
  if (!c.node_vocabulary_sizes.empty()) check_codes("node", g.node_codes, c.node_vocabulary_sizes);
  if (c.edge_encoder && !c.edge_vocabulary_sizes.empty())
    check_codes("edge", g.edge_codes, c.edge_vocabulary_sizes);
  if (is_node_model(c) && graph.max_degree > c.max_degree) {
    throw GraphError(fmt::format("graph model: a node has {} in- or out-edges, the model serves at most {}",
                                 graph.max_degree, c.max_degree));
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
  Var<T> x = *encode(tape, model.node_encoder, batch.node_values, model.node_table, model.node_first_rows,
                     batch.node_codes, batch.num_nodes());
  if (c.degree_encoding) x = add(tape, x, degree_encodings(tape, plain, c.width));
  Var<T> edges;
  if (c.edge_encoder) {
    edges = *encode(tape, model.edge_encoder, batch.edge_values, model.edge_table, model.edge_first_rows,
                    batch.edge_codes, batch.num_edges());
  } else if (c.body == GraphBody::kStm && c.layer == StmLayerKind::kEdge) {
    edges = mean_of_rows(tape, x, plain.tail.data(), plain.head.data(), batch.num_edges());
  }
  for (std::size_t i = 0; i < model.blocks.size(); ++i) {
    const Block& block = model.blocks[i];
    const bool reversed = i / 2 % 2 == 1;
    x = tape.without_traces(x.rows, x.cols, [&] {
      return apply(tape, block, batch.layouts.at(block.layer.options.mode, reversed), x, edges,
                   batch.node_offsets.data(), batch.num_graphs());
    });
  }
  LstmState<T> state{x, {}};
  for (const MessageLayer& layer : model.message_layers) {
    if (c.body == GraphBody::kLstm) {  // its cells outlive the layer
      state = apply(tape, layer, plain, state, edges);
      continue;
    }
    state.hidden =
        tape.without_traces(x.rows, x.cols, [&] { return apply(tape, layer, plain, state, edges).hidden; });
  }
  x = state.hidden;
  return {c.final_norm ? rms_norm(tape, x, tape.parameter(model.final_norm), c.epsilon) : x, edges};
}

// What the hidden layer of the decoder makes of the values of whole graphs, [B, width].
template <class T>
Var<T> graph_value_part(Tape<T>& tape, const GraphModel& model, const GraphBatch& batch) {
  const GraphModelConfig& c = model.config;
  Var<T> values =
      scaled_values(tape, c.graph_value_scaling, batch.graph_values, batch.num_graphs(), c.graph_value_width);
  if (c.graph_value_layer > 0) {
    values = linear_gelu(tape, values, tape.parameter(model.graph_value_encoder.weight),
                         tape.parameter(model.graph_value_encoder.bias));
  }
  values = dropout(tape, values, c.graph_value_dropout);
  return linear_columns(tape, values, tape.parameter(model.hidden.weight), second_columns(c));
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
  Var<T> hidden;
  if (c.readout == Readout::kEdge) {
    hidden = edge_hidden(tape, model, batch, x);
  } else {
    const Var<T> read = c.readout == Readout::kNode ? x.nodes
                                                    : pool_segments(tape, x.nodes, batch.node_offsets.data(),
                                                                    batch.num_graphs(), c.pooling);
    hidden =
        linear_columns(tape, read, tape.parameter(model.hidden.weight), 0, tape.parameter(model.hidden.bias));
  }
  if (c.graph_value_width > 0) {
    Var<T> values = graph_value_part(tape, model, batch);
    if (c.readout != Readout::kGraph) {
      values = gather_rows(tape, values, graph_of_things(tape, model, batch), hidden.rows);
    }
    hidden = add(tape, hidden, values);
  }
  return apply(tape, model.head, activate(tape, ActivationKind::kRelu, hidden));
}

#define PLSTM_INSTANTIATE(T)                                                       \
  template Var<T> encode_nodes<T>(Tape<T>&, const GraphModel&, const GraphBatch&); \
  template Var<T> forward<T>(Tape<T>&, const GraphModel&, const GraphBatch&);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
