#include "presets.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm::bench {
namespace {

// The other networks, as the paper compares with them.
Json message_passing(const ModelInfo& model) {
  return {{"body", std::string(model.body)}, {"width", 128}, {"layers", 4}, {"pooling", "sum"}};
}

RunSettings default_settings(const ModelInfo& model, const BenchData& data) {
  RunSettings settings;
  settings.model.edge_encoder = data.has_edge_features();
  if (model.name == "plstm") {
    // Gates that are open at the start.
    settings.model.gates.gate_bias = -1;
    settings.model.gates.gate_weight_std = 0.02;
    settings.model.gates.transition_std = 1;
  }
  if (data.kind == DataKind::kMolecules) {
    settings.training.batch_size = 32;
    settings.training.learning_rate = 5e-4;
  }
  return settings;
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
  RunSettings settings = name == "paper" ? RunSettings{} : default_settings(model, data);
  settings.orientation = preset_orientation(name, data.kind);
  settings.training.loss = default_loss(data.task);
  settings.training.metric = reported_metrics(data.task).front();
  const bool compared = model.kind == ModelKind::kNetwork && model.name != "plstm";
  return compared ? with_changes(settings, message_passing(model)) : settings;
}

}  // namespace plstm::bench
