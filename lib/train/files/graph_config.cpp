#include "plstm/train/files/graph_config.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <plstm/core/error.hpp>

#include "config_json.hpp"

namespace plstm {
namespace {

constexpr std::array<Named<StmLayerKind>, 2> kLayerNames{
    {{StmLayerKind::kNode, "node"}, {StmLayerKind::kEdge, "edge"}}};
constexpr std::array<Named<GraphBody>, 7> kBodyNames{{{GraphBody::kStm, "plstm"},
                                                      {GraphBody::kGcn, "gcn"},
                                                      {GraphBody::kGat, "gat"},
                                                      {GraphBody::kGin, "gin"},
                                                      {GraphBody::kMpnn, "mpnn"},
                                                      {GraphBody::kLstm, "lstm"},
                                                      {GraphBody::kNone, "none"}}};
constexpr std::array<Named<Readout>, 3> kReadoutNames{
    {{Readout::kGraph, "graph"}, {Readout::kNode, "node"}, {Readout::kEdge, "edge"}}};
constexpr std::array<Named<Pooling>, 6> kPoolingNames{{{Pooling::kMean, "mean"},
                                                       {Pooling::kSum, "sum"},
                                                       {Pooling::kMax, "max"},
                                                       {Pooling::kSinks, "sinks"},
                                                       {Pooling::kSources, "sources"},
                                                       {Pooling::kAttention, "attention"}}};

// Settings that older files lack: they mean the default.
constexpr std::array<std::string_view, 9> kAddedLater{"body",
                                                      "readout",
                                                      "layers",
                                                      "neighbours",
                                                      "graph_value_width",
                                                      "graph_value_mean",
                                                      "graph_value_scale",
                                                      "graph_value_layer",
                                                      "graph_value_dropout"};

// The pattern of blocks stands as a number of pairs where it is one, as in files of version 0.1; else as it is.
struct FlatConfig {
  GraphModelConfig model = {};
  std::optional<Index> pd_blocks = {};
  std::optional<std::string> blocks = {};
};

constexpr auto for_each_setting = [](auto& flat, auto& f) {
  auto& c = flat.model;
  f("node_value_width", c.node_value_width);
  f("node_vocabulary_sizes", c.node_vocabulary_sizes);
  f("edge_value_width", c.edge_value_width);
  f("edge_vocabulary_sizes", c.edge_vocabulary_sizes);
  f("graph_value_width", c.graph_value_width);
  f("graph_value_mean", c.graph_value_scaling.mean);
  f("graph_value_scale", c.graph_value_scaling.scale);
  f("body", c.body, kBodyNames);
  f("layers", c.layers);
  f("width", c.width);
  f("heads", c.heads);
  f("pd_blocks", flat.pd_blocks);
  f("blocks", flat.blocks);
  f("layer", c.layer, kLayerNames);
  f("max_degree", c.max_degree);
  f("edge_encoder", c.edge_encoder);
  f("degree_encoding", c.degree_encoding);
  f("gated", c.gated);
  f("neighbours", c.neighbours);
  f("residual_scale", c.residual_scale);
  f("dropout", c.dropout);
  f("drop_path", c.drop_path);
  f("final_norm", c.final_norm);
  f("readout", c.readout, kReadoutNames);
  f("pooling", c.pooling, kPoolingNames);
  f("graph_value_layer", c.graph_value_layer);
  f("graph_value_dropout", c.graph_value_dropout);
  f("outputs", c.outputs);
  f("gate_bias", c.gates.gate_bias);
  f("gate_weight_std", c.gates.gate_weight_std);
  f("transition_scale", c.gates.transition_scale);
  f("transition_mean", c.gates.transition_mean);
  f("transition_std", c.gates.transition_std);
  f("epsilon", c.epsilon);
};

}  // namespace

std::string to_json(const GraphModelConfig& config) {
  FlatConfig flat{.model = config};
  const auto pairs = static_cast<Index>(config.blocks.size() / 2);
  if (pairs > 0 && config.blocks == pd_blocks(pairs)) {
    flat.pd_blocks = pairs;
  } else {
    flat.blocks = config.blocks;
  }
  return write_config(flat, for_each_setting);
}

GraphModelConfig parse_graph_model_config(std::string_view text) {
  const auto flat = read_config<FlatConfig>(text, for_each_setting, {.optional = kAddedLater});
  if (flat.pd_blocks.has_value() == flat.blocks.has_value()) {
    throw FileError("model configuration: expected one of 'pd_blocks' and 'blocks'");
  }
  GraphModelConfig config = flat.model;
  config.blocks = flat.blocks.has_value() ? *flat.blocks : pd_blocks(*flat.pd_blocks);
  return config;
}

}  // namespace plstm
