#include "plstm/nn/graphs/body_layers.hpp"

#include <cstddef>

#include <fmt/format.h>

#include <plstm/nn/shared/arithmetic.hpp>
#include <plstm/nn/shared/dropout.hpp>

namespace plstm {
namespace {

std::vector<DirectedBlock> add_layers(ParameterLayout& layout, const GraphModelConfig& config,
                                      const StmBody& body) {
  const auto count = static_cast<Index>(body.blocks.size());
  std::vector<DirectedBlock> blocks;
  bool next_reversed[] = {false, false};  // of the two modes
  for (Index i = 0; i < count; ++i) {
    const bool diffusion = body.blocks[static_cast<std::size_t>(i)] == 'D';
    const bool reversed = next_reversed[diffusion];
    next_reversed[diffusion] = !reversed;
    BlockOptions options;
    options.layer.kind = body.layer;
    options.layer.mode = diffusion ? StmMode::kDiffusion : StmMode::kPropagation;
    options.layer.width = config.width;
    options.layer.heads = body.heads;
    options.layer.max_degree = body.max_degree;
    options.layer.edge_width = config.width;
    options.layer.init = body.gates;
    options.layer.epsilon = config.epsilon;
    options.gated = body.gated;
    options.neighbours = body.neighbours;
    options.edge_width = body.neighbours && config.edge_encoder ? config.width : 0;
    options.residual_scale = body.residual_scale;
    options.dropout = config.dropout;
    options.drop_path = drop_path_of_block(body.drop_path, i, count);
    options.epsilon = config.epsilon;
    // Names count in pairs whatever the pattern: those of "PDPD" are the published ones.
    blocks.push_back(
        {add_block(layout, fmt::format("block_stack.blocks.{}.block{}", i / 2, i % 2), options), reversed});
  }
  return blocks;
}

std::vector<MessageLayer> add_layers(ParameterLayout& layout, const GraphModelConfig& config,
                                     const MessageBody& body) {
  std::vector<MessageLayer> layers;
  for (Index i = 0; i < body.layers; ++i) {
    const MessageLayerOptions options{
        .kind = body.kind,
        .width = config.width,
        .heads = body.heads,
        .edge_width = config.edge_encoder && reads_edges(body.kind) ? config.width : 0,
        .dropout = config.dropout,
        .epsilon = config.epsilon};
    layers.push_back(add_message_layer(layout, fmt::format("layers.{}", i), options));
  }
  return layers;
}

std::vector<CellLayer> add_layers(ParameterLayout& layout, const GraphModelConfig& config,
                                  const CellBody& body) {
  std::vector<CellLayer> layers;
  for (Index i = 0; i < body.layers; ++i) {
    const CellLayerOptions options{
        .kind = body.kind,
        .directions = body.directions,
        .width = config.width,
        .edge_width = config.edge_encoder && reads_edges(body.kind) ? config.width : 0,
        .dropout = config.dropout,
        .epsilon = config.epsilon};
    layers.push_back(add_cell_layer(layout, fmt::format("layers.{}", i), options));
  }
  return layers;
}

std::vector<DagTransformerLayer> add_layers(ParameterLayout& layout, const GraphModelConfig& config,
                                            const DagTransformerBody& body) {
  const DagTransformerOptions options{
      .width = config.width, .heads = body.heads, .dropout = config.dropout, .epsilon = config.epsilon};
  std::vector<DagTransformerLayer> layers;
  for (Index i = 0; i < body.layers; ++i)
    layers.push_back(add_dag_transformer_layer(layout, fmt::format("layers.{}", i), options));
  return layers;
}

std::monostate add_layers(ParameterLayout&, const GraphModelConfig&, const NoBody&) {
  return {};
}

// What the layers of a pass read beside the states of the nodes.
struct Pass {
  const GraphModelConfig& config;
  const GraphBatch& batch;
  const StmGraph& plain = batch.layouts.at(StmMode::kPropagation, false);
};

// Levels in the directions that layers run. They belong to the tape, so that all layers share them.
template <class T>
LevelsOfBatch make_levels(Tape<T>& tape, const StmGraph& graph, CellDirections directions) {
  LevelsOfBatch levels;
  const auto make = [&](EdgeDirection direction) {
    NodeLevels& made = tape.template state<NodeLevels>();
    make_node_levels(graph, direction, made);
    return &made;
  };
  if (directions != CellDirections::kBackward) levels.forward = make(EdgeDirection::kForward);
  if (directions != CellDirections::kForward) levels.backward = make(EdgeDirection::kBackward);
  return levels;
}

template <class T>
Var<T> apply_layers(Tape<T>& tape, const std::vector<DirectedBlock>& blocks, const Pass& pass, Var<T> x,
                    const Var<T>& edges) {
  const GraphBatch& batch = pass.batch;
  for (const auto& [block, reversed] : blocks) {
    x = tape.without_traces(x.rows, x.cols, [&, &block = block, reversed = reversed] {
      return apply(tape, block, batch.layouts.at(block.layer.options.mode, reversed), x, edges,
                   batch.node_offsets.data(), batch.num_graphs());
    });
  }
  return x;
}

template <class T>
Var<T> apply_layers(Tape<T>& tape, const std::vector<MessageLayer>& layers, const Pass& pass, const Var<T>& x,
                    const Var<T>& edges) {
  LstmState<T> state{x, {}};
  for (const MessageLayer& layer : layers) {
    if (has_cell(layer.options.kind)) {  // its cells outlive the layer
      state = apply(tape, layer, pass.plain, state, edges);
      continue;
    }
    state.hidden = tape.without_traces(x.rows, x.cols,
                                       [&] { return apply(tape, layer, pass.plain, state, edges).hidden; });
  }
  return state.hidden;
}

template <class T>
Var<T> apply_layers(Tape<T>& tape, const std::vector<CellLayer>& layers, const Pass& pass, Var<T> x,
                    const Var<T>& edges) {
  const LevelsOfBatch levels = make_levels(tape, pass.plain, std::get<CellBody>(pass.config.body).directions);
  for (const CellLayer& layer : layers)
    x = tape.without_traces(x.rows, x.cols, [&] { return apply(tape, layer, levels, x, edges); });
  return x;
}

template <class T>
Var<T> apply_layers(Tape<T>& tape, const std::vector<DagTransformerLayer>& layers, const Pass& pass, Var<T> x,
                    const Var<T>&) {
  const GraphModelConfig& config = pass.config;
  auto& reach = tape.template state<Reachability>();
  reach.find(pass.plain, static_cast<std::int32_t>(std::get<DagTransformerBody>(config.body).hops));
  const LevelsOfBatch levels = make_levels(tape, pass.plain, CellDirections::kForward);
  x = add(tape, depth_encodings(tape, *levels.forward, config.width), x);
  for (const DagTransformerLayer& layer : layers)
    x = tape.without_traces(x.rows, x.cols, [&] { return apply(tape, layer, reach, x); });
  return x;
}

template <class T>
Var<T> apply_layers(Tape<T>&, const std::monostate&, const Pass&, const Var<T>& x, const Var<T>&) {
  return x;
}

}  // namespace

BodyLayers add_body_layers(ParameterLayout& layout, const GraphModelConfig& config) {
  return std::visit([&](const auto& body) { return BodyLayers(add_layers(layout, config, body)); },
                    config.body);
}

LayoutSet layouts_of(const BodyLayers& layers) {
  LayoutSet layouts;
  layouts.add(StmMode::kPropagation, false);  // every model reads degrees and ends of edges there
  if (const auto* blocks = std::get_if<std::vector<DirectedBlock>>(&layers)) {
    for (const auto& [block, reversed] : *blocks) layouts.add(block.layer.options.mode, reversed);
  }
  return layouts;
}

template <class T>
Var<T> apply(Tape<T>& tape, const BodyLayers& layers, const GraphModelConfig& config, const GraphBatch& batch,
             const Var<T>& x, const Var<T>& edges) {
  const Pass pass{config, batch};
  return std::visit([&](const auto& of_kind) { return apply_layers(tape, of_kind, pass, x, edges); }, layers);
}

template Var<float> apply<float>(Tape<float>&, const BodyLayers&, const GraphModelConfig&, const GraphBatch&,
                                 const Var<float>&, const Var<float>&);
template Var<double> apply<double>(Tape<double>&, const BodyLayers&, const GraphModelConfig&,
                                   const GraphBatch&, const Var<double>&, const Var<double>&);

}  // namespace plstm
