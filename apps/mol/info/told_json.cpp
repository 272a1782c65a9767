#include <algorithm>
#include <cstddef>

#include <nlohmann/json.hpp>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/learn/report/unit_in.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "mol/things/thing_rows.hpp"
#include "support/json_text.hpp"
#include "told.hpp"

namespace plstm::mol {
namespace {

using Json = nlohmann::ordered_json;

Json run_json(const Told& told) {
  if (!told.run.has_value()) return nullptr;
  const RunManifest& run = *told.run;
  Json json;
  json["version"] = run.version;
  json["date"] = run.date;
  json["data"] = {{"path", run.data_path}, {"sha256", run.data_sha256}, {"rows", run.rows}};
  json["seed"] = run.seed;
  json["networks"] = run.members;
  json["planned_networks"] = run.planned_members;
  json["stopped"] = run.stopped;
  json["split"] = told.split_kind;
  if (told.split.has_value()) {
    json["rows"] = {{"train", told.split->train.size()},
                    {"valid", told.split->validation.size()},
                    {"test", told.split->test.size()}};
  }
  json["parts"] = Json::array();
  for (const RunPart& part : run.parts) json["parts"].push_back(part.folder);
  json["scores"] = apps::try_parse_json(run.scores);
  json["changed_files"] = told.changed;
  return json;
}

Json targets_json(const TrainedModel& model) {
  Json list = Json::array();
  for (std::size_t i = 0; i < model.target_names.size(); ++i) {
    const Task& task = model.tasks[i];
    Json json;
    json["name"] = model.target_names[i];
    json["task_type"] = std::string(name(task.type));
    if (task.type == TaskType::kRegression) json["unit"] = unit_in(model.target_names[i]);
    if (task.classes > 0) json["num_classes"] = task.classes;
    if (!task.class_names.empty()) json["classes"] = task.class_names;
    if (task.type == TaskType::kRegression && model.scaler.has_value()) {
      json["mean"] = model.scaler->mean()[i];
      json["scale"] = model.scaler->scale()[i];
    }
    list.push_back(std::move(json));
  }
  return list;
}

Json features_json(const TrainedModel& model) {
  const FeaturizeOptions options = parse_featurizer(model.featurizer);
  return {{"standardize", names(options.standardize)},
          {"hydrogens", options.hydrogens},
          {"orientation", std::string(name(options.orientation))},
          {"atom_values", options.atom_values},
          {"molecule_values", options.molecule_values},
          {"counts", options.counts},
          {"columns", options.columns},
          {"molecules", options.molecules}};
}

void add_certainty(const Told& told, Json& json) {
  const TrainedModel& model = told.models.front();
  const auto has_trees = [](const Forest& forest) { return !forest.roots.empty(); };
  if (model.companion != nullptr) {
    json["companion"] = {{"landmarks", model.companion->ridge.num_landmarks()},
                         {"descriptors", model.companion->ridge.descriptors.width()},
                         {"forests", std::ranges::count_if(model.companion->forest.forests, has_trees)},
                         {"share", model.companion->share}};
  }
  if (told.calibration != nullptr) {
    json["calibration"]["held_out_rows"] = Json::array();
    for (const ConformalScores& scores : told.calibration->scores)
      json["calibration"]["held_out_rows"].push_back(scores.count);
  }
  if (told.learnt.has_value()) {
    json["learnt_from"] = {{"fewest_atoms", told.learnt->fewest_atoms},
                           {"most_atoms", told.learnt->most_atoms},
                           {"molecules_compared", told.learnt->compared}};
    const std::vector<std::string> names = parse_featurizer(model.featurizer).columns;
    for (std::size_t i = 0; i < std::min(names.size(), told.learnt->columns.size()); ++i) {
      const SeenColumn& seen = told.learnt->columns[i];
      if (seen.lowest > seen.highest) continue;
      json["learnt_from"]["columns"][names[i]] = {
          {"lowest", seen.lowest}, {"highest", seen.highest}, {"missing", seen.missing}};
    }
  }
}

Json network_json(const TrainedModel& model) {
  const ParameterLayout layout = make_graph_model(model.config).layout;
  return {{"precision", std::string(name(model.precision))},
          {"parameters", layout.num_values()},
          {"tensors", layout.infos().size()},
          {"config", apps::parse_json(to_json(model.config))}};
}

}  // namespace

std::string json_of(const Told& told) {
  const TrainedModel& first = told.models.front();
  Json json;
  json["path"] = told.path.string();
  json["run"] = run_json(told);
  json["targets_of"] = level_word(first.config.readout);
  json["targets"] = targets_json(first);
  json["features"] = features_json(first);
  add_certainty(told, json);
  json["networks"] = Json::array();
  for (const TrainedModel& model : told.models) json["networks"].push_back(network_json(model));
  return apps::json_text(json, 2);
}

}  // namespace plstm::mol
