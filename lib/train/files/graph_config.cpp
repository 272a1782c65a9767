#include "plstm/train/files/graph_config.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "config_json.hpp"

namespace plstm {
namespace {

// Settings that older files lack: they mean the default.
constexpr std::array<std::string_view, 10> kAddedLater{"body",
                                                       "readout",
                                                       "layers",
                                                       "neighbours",
                                                       "graph_value_width",
                                                       "graph_value_mean",
                                                       "graph_value_scale",
                                                       "graph_value_layer",
                                                       "graph_value_dropout",
                                                       "path_totals"};

// A file has the settings of all bodies side by side, as in version 0.1. Those that its body lacks are written with
// their defaults, and most of them are not read.
// The pattern of blocks stands as a number of pairs where it is one, as in files of version 0.1; else as it is.
struct FlatConfig {
  GraphModelConfig model = {};
  GraphBodyKind body = GraphBodyKind::kStm;
  Index layers = MessageBody{}.layers;
  std::optional<CellDirections> directions = {};  // of cells
  std::optional<Index> hops = {};                 // of attention along reachability
  Index heads = StmBody{}.heads;
  StmBody stm = {};  // but for its heads and its pattern
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
  f("body", flat.body, kGraphBodyNames);
  f("layers", flat.layers);
  f("directions", flat.directions, kCellDirectionNames);
  f("hops", flat.hops);
  f("width", c.width);
  f("heads", flat.heads);
  f("pd_blocks", flat.pd_blocks);
  f("blocks", flat.blocks);
  f("layer", flat.stm.layer, kStmLayerNames);
  f("max_degree", flat.stm.max_degree);
  f("edge_encoder", c.edge_encoder);
  f("degree_encoding", c.degree_encoding);
  f("gated", flat.stm.gated);
  f("neighbours", flat.stm.neighbours);
  f("residual_scale", flat.stm.residual_scale);
  f("dropout", c.dropout);
  f("drop_path", flat.stm.drop_path);
  f("final_norm", c.final_norm);
  f("path_totals", c.path_totals);
  f("readout", c.readout, kReadoutNames);
  f("pooling", c.pooling, kPoolingNames);
  f("graph_value_layer", c.graph_value_layer);
  f("graph_value_dropout", c.graph_value_dropout);
  f("outputs", c.outputs);
  f("gate_bias", flat.stm.gates.gate_bias);
  f("gate_weight_std", flat.stm.gates.gate_weight_std);
  f("transition_scale", flat.stm.gates.transition_scale);
  f("transition_mean", flat.stm.gates.transition_mean);
  f("transition_std", flat.stm.gates.transition_std);
  f("epsilon", c.epsilon);
};

// The pattern into one of its two settings.
void set_pattern(FlatConfig& flat, const std::string& blocks) {
  const auto pairs = static_cast<Index>(blocks.size() / 2);
  if (pairs > 0 && blocks == pd_blocks(pairs)) {
    flat.pd_blocks = pairs;
  } else {
    flat.blocks = blocks;
  }
}

// Of the settings of another body, these were refused from the start.
void check_foreign(const StmBody& stm) {
  if (stm.gated || stm.neighbours || stm.residual_scale || stm.drop_path != 0) {
    throw FileError(
        "graph model: gated, neighbours, residual_scale and drop_path belong to blocks of the paper, "
        "this body has none");
  }
}

// Settings that only files of one kind of bodies have.
void check_own(const char* setting, bool is_there, bool belongs, GraphBodyKind body) {
  if (is_there == belongs) return;
  throw FileError(fmt::format("model configuration: '{}' {}, and the body is '{}'", setting,
                              belongs ? "is missing" : "belongs to other bodies",
                              name_of(kGraphBodyNames, body)));
}

GraphBody body_of(const FlatConfig& flat) {
  GraphBody body = default_body(flat.body);
  check_own("directions", flat.directions.has_value(), std::holds_alternative<CellBody>(body), flat.body);
  check_own("hops", flat.hops.has_value(), std::holds_alternative<DagTransformerBody>(body), flat.body);
  std::string blocks = flat.blocks.has_value() ? *flat.blocks : pd_blocks(*flat.pd_blocks);
  if (auto* stm = std::get_if<StmBody>(&body)) {
    *stm = flat.stm;
    stm->heads = flat.heads;
    stm->blocks = std::move(blocks);
    return body;
  }
  check_foreign(flat.stm);
  if (auto* message = std::get_if<MessageBody>(&body)) {
    message->layers = flat.layers;
    message->heads = flat.heads;
  }
  if (auto* transformer = std::get_if<DagTransformerBody>(&body)) {
    transformer->layers = flat.layers;
    transformer->heads = flat.heads;
    transformer->hops = *flat.hops;
  }
  if (auto* cells = std::get_if<CellBody>(&body)) {
    cells->layers = flat.layers;
    cells->directions = *flat.directions;
  }
  return body;
}

}  // namespace

std::string to_json(const GraphModelConfig& config) {
  FlatConfig flat{.model = config, .body = kind_of(config.body)};
  if (const auto* stm = std::get_if<StmBody>(&config.body)) {
    flat.stm = *stm;
    flat.heads = stm->heads;
  }
  if (const auto* message = std::get_if<MessageBody>(&config.body)) {
    flat.layers = message->layers;
    flat.heads = message->heads;
  }
  if (const auto* cells = std::get_if<CellBody>(&config.body)) {
    flat.layers = cells->layers;
    flat.directions = cells->directions;
  }
  if (const auto* transformer = std::get_if<DagTransformerBody>(&config.body)) {
    flat.layers = transformer->layers;
    flat.heads = transformer->heads;
    flat.hops = transformer->hops;
  }
  set_pattern(flat, flat.stm.blocks);
  return write_config(flat, for_each_setting);
}

GraphModelConfig parse_graph_model_config(std::string_view text) {
  const auto flat = read_config<FlatConfig>(text, for_each_setting, {.optional = kAddedLater});
  if (flat.pd_blocks.has_value() == flat.blocks.has_value()) {
    throw FileError("model configuration: expected one of 'pd_blocks' and 'blocks'");
  }
  GraphModelConfig config = flat.model;
  config.body = body_of(flat);
  return config;
}

}  // namespace plstm
