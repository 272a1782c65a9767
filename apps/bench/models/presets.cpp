#include "presets.hpp"

#include <iterator>
#include <utility>
#include <vector>

#include <plstm/learn/recipe.hpp>

namespace plstm::bench {

RunSettings preset_of_graphs(const std::string& name, DataKind kind) {
  const MoleculeFeatures features = recommended_features(parse_preset(name));
  const bool molecules = kind == DataKind::kMolecules;
  RunSettings settings;
  settings.orientation = molecules ? "canonical" : "index";
  settings.atom_values = molecules && features.atom_values;
  settings.molecule_values = molecules && features.molecule_values;
  return settings;
}

bool preset_has_companion(const std::string& name, DataKind kind) {
  return kind == DataKind::kMolecules && recommended_features(parse_preset(name)).counts;
}

RunSettings preset(const std::string& name, const ModelInfo& model, const BenchData& data) {
  const std::vector<Task> tasks(data.target_names.size(), {data.task, data.classes});
  const DataFacts facts{.molecules = data.kind == DataKind::kMolecules,
                        .samples = std::ssize(data.usable_rows),
                        .edge_features = data.has_edge_features(),
                        .graph_values = data.graph_value_width > 0};
  Settings recommended = recommended_settings(parse_preset(name), facts, tasks, model.body);
  RunSettings settings = preset_of_graphs(name, data.kind);
  settings.members = recommended.members;
  settings.model = std::move(recommended.model);
  settings.training = std::move(recommended.training);
  settings.training.loss = default_loss(data.task);
  settings.training.metric = reported_metrics(data.task).front();
  return settings;
}

RunSettings settings_for(const std::string& preset_name, const Json& changes, const ModelInfo& model,
                         const BenchData& data) {
  RunSettings settings = with_changes(preset(preset_name, model, data), changes);
  // Gates from nodes alone read no edge features, and the preset does not insist.
  if (has_node_layers(settings.model.body) && !changes.contains("edge_encoder"))
    settings.model.edge_encoder = false;
  return settings;
}

}  // namespace plstm::bench
