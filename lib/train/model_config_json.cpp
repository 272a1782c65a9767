#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/model_file.hpp>

#include "named.hpp"
#include "settings_json.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<Named<StmLayerKind>, 2> kLayerNames{
    {{StmLayerKind::kNode, "node"}, {StmLayerKind::kEdge, "edge"}}};
constexpr std::array<Named<GraphBody>, 7> kBodyNames{{{GraphBody::kStm, "plstm"},
                                                      {GraphBody::kGcn, "gcn"},
                                                      {GraphBody::kGat, "gat"},
                                                      {GraphBody::kGin, "gin"},
                                                      {GraphBody::kMpnn, "mpnn"},
                                                      {GraphBody::kLstm, "lstm"},
                                                      {GraphBody::kNone, "none"}}};
constexpr std::array<Named<Pooling>, 3> kPoolingNames{
    {{Pooling::kMean, "mean"}, {Pooling::kSum, "sum"}, {Pooling::kMax, "max"}}};

// Settings that older files lack: they mean the default.
constexpr std::array<std::string_view, 3> kAddedLater{"body", "layers", "neighbours"};

template <class Config, class F>
void for_each_setting(Config& c, const F& f) {
  f("node_value_width", c.node_value_width);
  f("node_vocabulary_sizes", c.node_vocabulary_sizes);
  f("edge_value_width", c.edge_value_width);
  f("edge_vocabulary_sizes", c.edge_vocabulary_sizes);
  f("body", c.body);
  f("layers", c.layers);
  f("width", c.width);
  f("heads", c.heads);
  f("pd_blocks", c.pd_blocks);
  f("layer", c.layer);
  f("max_degree", c.max_degree);
  f("edge_encoder", c.edge_encoder);
  f("degree_encoding", c.degree_encoding);
  f("gated", c.gated);
  f("neighbours", c.neighbours);
  f("residual_scale", c.residual_scale);
  f("dropout", c.dropout);
  f("drop_path", c.drop_path);
  f("final_norm", c.final_norm);
  f("pooling", c.pooling);
  f("outputs", c.outputs);
  f("gate_bias", c.gates.gate_bias);
  f("gate_weight_std", c.gates.gate_weight_std);
  f("transition_scale", c.gates.transition_scale);
  f("transition_mean", c.gates.transition_mean);
  f("transition_std", c.gates.transition_std);
  f("epsilon", c.epsilon);
}

Json write(StmLayerKind kind) {
  return std::string(name_of(kLayerNames, kind));
}
Json write(GraphBody body) {
  return std::string(name_of(kBodyNames, body));
}
Json write(Pooling pooling) {
  return std::string(name_of(kPoolingNames, pooling));
}
template <class T>
Json write(const T& value) {
  return value;
}

void read(const Json& json, StmLayerKind& kind) {
  kind = parse_named(kLayerNames, "layer", json.get<std::string>());
}
void read(const Json& json, GraphBody& body) {
  body = parse_named(kBodyNames, "body", json.get<std::string>());
}
void read(const Json& json, Pooling& pooling) {
  pooling = parse_named(kPoolingNames, "pooling", json.get<std::string>());
}
template <class T>
void read(const Json& json, T& value) {
  value = json.get<T>();
}

}  // namespace

std::string to_json(const GraphModelConfig& config) {
  return settings_to_json(
      config, [](auto& c, const auto& f) { for_each_setting(c, f); },
      [](const auto& value) { return write(value); });
}

GraphModelConfig parse_graph_model_config(std::string_view text) {
  return settings_from_json<GraphModelConfig>(
      text, [](auto& c, const auto& f) { for_each_setting(c, f); },
      [](const Json& json, auto& value) { read(json, value); }, kAddedLater);
}

}  // namespace plstm
