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

// The settings below were found by validation scores; docs/results.md has the study.

constexpr std::size_t kFew = 1500, kMany = 10000;  // graphs

// The fewer graphs, the more networks it takes to average out what each learned by chance, and the less
// they cost.
std::int32_t members_for(std::size_t graphs) {
  return graphs < kFew ? 10 : graphs < kMany ? 5 : 3;
}

void change_stm_to_default(RunSettings& settings) {
  GraphModelConfig& config = settings.model;
  config.gates.gate_bias = -1;  // gates that are open at the start
  config.gates.gate_weight_std = 0.02;
  config.gates.transition_std = 1;
  config.width = 64;
  config.neighbours = true;
}

void change_for_molecules(const ModelInfo& model, const BenchData& data, RunSettings& settings) {
  constexpr std::size_t kManyMolecules = 20000;
  const std::size_t molecules = data.usable_rows.size();
  settings.training.batch_size = 32;
  settings.training.epochs = molecules < kManyMolecules ? 60 : 30;
  if (data.graph_value_width > 0) {
    settings.model.graph_value_layer = 64;
    settings.model.graph_value_dropout = 0.3;
  }
  if (model.body == GraphBody::kStm) settings.model.blocks = "PD";
  if (molecules < kFew) {
    settings.training.learning_rate = 2e-3;
    settings.model.pooling = Pooling::kSum;
    settings.model.neighbours = false;
  } else {
    settings.model.dropout = 0.2;
  }
}

void change_to_default(const ModelInfo& model, const BenchData& data, RunSettings& settings) {
  settings.model.edge_encoder = data.has_edge_features() && reads_edge_features(model.body);
  settings.training.average_epochs = 10;
  settings.members = members_for(data.usable_rows.size());
  if (model.body == GraphBody::kStm) change_stm_to_default(settings);
  if (data.kind == DataKind::kMolecules) change_for_molecules(model, data, settings);
}

void check_name(const std::string& name) {
  if (name != "default" && name != "paper") {
    throw ConfigError(fmt::format("unknown preset '{}', expected one of default, paper", name));
  }
}

}  // namespace

RunSettings preset_of_graphs(const std::string& name, DataKind kind) {
  check_name(name);
  RunSettings settings;
  settings.orientation = kind == DataKind::kMolecules ? "canonical" : "index";
  settings.atom_values = kind == DataKind::kMolecules && name == "default";
  settings.molecule_values = settings.atom_values;
  return settings;
}

RunSettings preset(const std::string& name, const ModelInfo& model, const BenchData& data) {
  RunSettings settings = preset_of_graphs(name, data.kind);
  choose_model(model, settings.model);
  if (name == "default") change_to_default(model, data, settings);
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
