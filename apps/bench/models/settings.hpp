#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <plstm/nn/graphs/graph_model.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm::bench {

using Json = nlohmann::ordered_json;

/// Everything about a model and its training that a user may set; what the data decides (feature widths,
/// outputs) is filled in later. Baselines without training have none.
struct RunSettings {
  std::string orientation = "index";  ///< of undirected graphs: index, bfs, dfs; molecules also canonical
  bool atom_values = false;           ///< molecules: FeaturizeOptions::atom_values
  bool molecule_values = false;       ///< molecules: FeaturizeOptions::molecule_values
  std::int32_t members = 1;           ///< networks that are trained and whose predictions are averaged
  GraphModelConfig model;
  TrainOptions training;
};

/// All settings by name, one flat object: those of the model as in model files, those of training, and the
/// orientation.
Json to_json(const RunSettings& settings);

/// The settings with those of the flat object `changes` replaced. Throws ConfigError for a name that is no
/// setting (listing them) or a value of another kind.
RunSettings with_changes(const RunSettings& settings, const Json& changes);

/// Adds "name=value" to `changes`; the value is a number, true, false, null or else a text. Throws
/// ConfigError for a text without "=".
void add_change(Json& changes, const std::string& text);
void add_change(Json& changes, const std::string& name, const std::string& value);

}  // namespace plstm::bench
