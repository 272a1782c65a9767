#include "presets.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm::bench {
namespace {

// What a model is, whatever the preset: the other networks as the paper compares with them.
void choose_model(const ModelInfo& model, GraphModelConfig& config) {
  config.body = model.body;
  if (model.body == GraphBody::kStm) return;
  config.width = 128;
  config.layers = 4;
  config.pooling = Pooling::kSum;
  config.degree_encoding = model.body != GraphBody::kNone;  // a degree is structure
}

bool reads_edge_features(GraphBody body) {
  return body == GraphBody::kStm || body == GraphBody::kGat || body == GraphBody::kGin ||
         body == GraphBody::kMpnn;
}

void change_to_default(const ModelInfo& model, const BenchData& data, RunSettings& settings) {
  settings.model.edge_encoder = data.has_edge_features() && reads_edge_features(model.body);
  if (model.body == GraphBody::kStm) {
    // Gates that are open at the start.
    settings.model.gates.gate_bias = -1;
    settings.model.gates.gate_weight_std = 0.02;
    settings.model.gates.transition_std = 1;
  }
  if (data.kind == DataKind::kMolecules) {
    settings.training.batch_size = 32;
    settings.training.learning_rate = 5e-4;
  }
}

void check_name(const std::string& name) {
  if (name != "default" && name != "paper") {
    throw ConfigError(fmt::format("unknown preset '{}', expected one of default, paper", name));
  }
}

}  // namespace

std::string preset_orientation(const std::string& name, DataKind kind) {
  check_name(name);
  return kind == DataKind::kMolecules ? "canonical" : "index";
}

RunSettings preset(const std::string& name, const ModelInfo& model, const BenchData& data) {
  check_name(name);
  RunSettings settings;
  choose_model(model, settings.model);
  if (name == "default") change_to_default(model, data, settings);
  settings.orientation = preset_orientation(name, data.kind);
  settings.training.loss = default_loss(data.task);
  settings.training.metric = reported_metrics(data.task).front();
  return settings;
}

RunSettings settings_for(const std::string& preset_name, const Json& changes, const ModelInfo& model,
                         const BenchData& data) {
  RunSettings settings = with_changes(preset(preset_name, model, data), changes);
  // Gates from nodes alone read no edge features, and the preset does not insist.
  const bool node_gates =
      settings.model.body == GraphBody::kStm && settings.model.layer == StmLayerKind::kNode;
  if (node_gates && !changes.contains("edge_encoder")) settings.model.edge_encoder = false;
  return settings;
}

}  // namespace plstm::bench
