#include "ensemble.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/loop/trainer.hpp>

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> model_files(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".safetensors") found.push_back(entry.path());
    }
    if (found.empty()) throw FileError(path.string() + ": there is no model (*.safetensors) in this folder");
    std::ranges::sort(found);
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

nlohmann::ordered_json molecule_value_names_json() {
  auto names = nlohmann::ordered_json::array();
  for (const std::string& name : molecule_value_names()) names.push_back(name);
  return names;
}

}  // namespace

std::string featurizer_json(const FeaturizeOptions& options) {
  nlohmann::ordered_json json;
  json["orientation"] = std::string(name(options.orientation));
  json["atom_values"] = options.atom_values;
  if (options.molecule_values) json["molecule_values"] = molecule_value_names_json();
  json["vocabulary"] = nlohmann::ordered_json::parse(vocabulary_json());
  return json.dump();
}

FeaturizeOptions featurize_options(const TrainedModel& model) {
  const auto json = nlohmann::ordered_json::parse(model.featurizer, nullptr, false);
  if (!json.is_object() || !json.contains("orientation") || !json["orientation"].is_string() ||
      !json.contains("vocabulary")) {
    throw FileError("the model does not say how its molecules were featurised; it is not one of plstm-mol");
  }
  if (json["vocabulary"] != nlohmann::ordered_json::parse(vocabulary_json())) {
    throw FileError(
        "the model was trained with other atom and bond features; use the version of plstm-mol it was made "
        "with");
  }
  FeaturizeOptions options{bond_orientation(json["orientation"].get<std::string>())};
  const auto values = json.find("atom_values");  // not in older files
  options.atom_values = values != json.end() && values->is_boolean() && values->get<bool>();
  if (const auto names = json.find("molecule_values"); names != json.end()) {
    if (*names != molecule_value_names_json()) {
      throw FileError(
          "the model was trained with other values of molecules; use the version of plstm-mol it was made "
          "with");
    }
    options.molecule_values = true;
  }
  return options;
}

Ensemble load_ensemble(const std::vector<fs::path>& paths) {
  Ensemble ensemble;
  for (const fs::path& file : model_files(paths)) {
    TrainedModel trained = load_model(file);
    try {
      featurize_options(trained);
    } catch (const Error& error) {
      throw FileError(file.string() + ": " + error.what());
    }
    if (!ensemble.members.empty()) {
      const TrainedModel& first = ensemble.first();
      if (trained.target_names != first.target_names || trained.tasks != first.tasks ||
          trained.featurizer != first.featurizer) {
        throw FileError(file.string() +
                        ": predicts other targets than the first model, or reads molecules differently");
      }
    }
    GraphModel model = make_graph_model(trained.config);
    ensemble.members.push_back({std::move(trained), std::move(model)});
  }
  return ensemble;
}

void choose_precision(Ensemble& ensemble, const std::string& name) {
  for (Ensemble::Member& member : ensemble.members) {
    if (!name.empty()) member.trained.precision = parse_precision(name);
    check_precision(member.trained.precision);
  }
}

Matrix<float> predict(const Ensemble& ensemble, std::span<const PreparedGraph> graphs,
                      std::span<const std::int32_t> rows) {
  Matrix<float> mean = Matrix<float>::Zero(static_cast<Index>(rows.size()), ensemble.first().config.outputs);
  for (const Ensemble::Member& member : ensemble.members) {
    std::vector<float> outputs = predict(graph_learner(member.model, graphs), member.trained.parameters, rows,
                                         member.trained.precision);
    const MatrixMap<float> matrix(outputs.data(), mean.rows(), mean.cols());
    finish_predictions<float>(member.trained.tasks, member.trained.scaler, matrix);
    mean += matrix;
  }
  if (ensemble.members.size() > 1) mean /= static_cast<float>(ensemble.members.size());
  return mean;
}

std::vector<std::string> prediction_names(const TrainedModel& model) {
  const Task task = model.tasks.front();
  if (task.type != TaskType::kMulticlass) return model.target_names;
  std::vector<std::string> names;
  for (const std::string& target : model.target_names) {
    for (Index c = 0; c < task.classes; ++c) names.push_back(fmt::format("{}_class_{}", target, c));
  }
  return names;
}

}  // namespace plstm::mol
