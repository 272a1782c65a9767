#include "plstm/train/files/model_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>

#include "certainty_tensors.hpp"
#include "companion_tensors.hpp"
#include "config_json.hpp"
#include "core/files/json_text.hpp"
#include "described_models.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "graph_model";
constexpr const char* kEnsembleKind = "graph_models";
constexpr std::array<std::string_view, 13> kEntries{
    "config",       "task",      "classes",    "tasks",     "class_names", "target_names", "target_mean",
    "target_scale", "precision", "featurizer", "companion", "calibration", "domain"};
constexpr std::array<std::string_view, 3> kTaskEntries{"task", "classes", "weight"};
constexpr Index kMostClasses = (Index{1} << 31) - 1;

bool are_uniform(std::span<const Task> tasks) {
  return std::ranges::all_of(tasks, [&](const Task& task) {
    return task.type == tasks.front().type && task.classes == tasks.front().classes && task.weight == 1;
  });
}

// Tasks of one type have "task" and "classes", as files of version 0.1 have them; others a list "tasks".
void describe_tasks(std::span<const Task> tasks, Json& json) {
  if (are_uniform(tasks)) {
    json["task"] = std::string(name(tasks.front().type));
    json["classes"] = tasks.front().classes;
    return;
  }
  for (const Task& task : tasks) {
    json["tasks"].push_back(
        {{"task", std::string(name(task.type))}, {"classes", task.classes}, {"weight", task.weight}});
  }
}

Task read_task(const Json& json) {
  Task task{parse_task_type(read_entry<std::string>(json, "task")), read_entry<Index>(json, "classes")};
  if (task.classes > kMostClasses) {
    throw FileError(fmt::format("'classes' is {}, expected at most {}", task.classes, kMostClasses));
  }
  return task;
}

std::vector<Task> read_tasks(const Json& json, std::size_t count) {
  std::vector<Task> tasks;
  if (!json.contains("tasks")) {
    tasks.assign(count, read_task(json));
  } else {
    if (json.contains("task") || json.contains("classes")) {
      throw FileError("'tasks' stands there beside 'task' or 'classes', which say the same");
    }
    if (!json["tasks"].is_array()) throw FileError("'tasks' is no list");
    for (const Json& task : json["tasks"]) {
      if (!task.is_object()) throw FileError("'tasks' is no list of objects");
      check_keys(task, kTaskEntries);
      tasks.push_back(read_task(task));
      tasks.back().weight = read_entry<double>(task, "weight");
    }
  }
  if (json.contains("class_names")) {
    const auto names = read_entry<std::vector<std::vector<std::string>>>(json, "class_names");
    if (names.size() != tasks.size())
      throw FileError("there are not as many lists of class names as targets");
    for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].class_names = names[i];
  }
  check_tasks(tasks);
  return tasks;
}

Json describe(const TrainedModel& model) {
  Json json;
  json["config"] = parse_json(to_json(model.config));
  describe_tasks(model.tasks, json);
  const auto has_names = [](const Task& task) { return !task.class_names.empty(); };
  if (std::ranges::any_of(model.tasks, has_names)) {
    for (const Task& task : model.tasks) json["class_names"].push_back(task.class_names);
  }
  json["target_names"] = model.target_names;
  if (model.scaler.has_value()) {
    json["target_mean"] = std::vector<double>(model.scaler->mean().begin(), model.scaler->mean().end());
    json["target_scale"] = std::vector<double>(model.scaler->scale().begin(), model.scaler->scale().end());
  }
  if (model.precision != Precision::kFloat) json["precision"] = std::string(name(model.precision));
  if (!model.featurizer.empty()) json["featurizer"] = parse_json(model.featurizer);
  return json;
}

TrainedModel read_description(const Json& json) {
  check_keys(json, kEntries);
  TrainedModel model;
  model.config = read_config_entry(json, parse_graph_model_config);
  model.target_names = read_entry<std::vector<std::string>>(json, "target_names");
  model.tasks = read_tasks(json, model.target_names.size());
  if (json.contains("target_mean") || json.contains("target_scale")) {
    model.scaler.emplace(read_entry<std::vector<double>>(json, "target_mean"),
                         read_entry<std::vector<double>>(json, "target_scale"));
  }
  if (json.contains("precision"))
    model.precision = parse_precision(read_entry<std::string>(json, "precision"));
  if (json.contains("featurizer")) model.featurizer = json_text(json["featurizer"]);
  return model;
}

void check_consistent(const TrainedModel& model) {
  check_tasks(model.tasks);
  if (model.companion != nullptr) {
    check_companion(*model.companion, model.tasks);
    if (model.config.readout != Readout::kGraph) {
      throw FileError("its companion predicts whole graphs, and it does not");
    }
  }
  if (model.calibration != nullptr) check_calibration(*model.calibration, model.tasks);
  if (model.domain != nullptr) check_training_domain(*model.domain);
  if (model.tasks.size() != model.target_names.size() || model.config.outputs != num_outputs(model.tasks)) {
    throw FileError(fmt::format("{} outputs and {} tasks do not fit {} targets", model.config.outputs,
                                model.tasks.size(), model.target_names.size()));
  }
  if (model.scaler.has_value() && model.scaler->mean().size() != model.tasks.size()) {
    throw FileError("the target scaling does not fit the targets");
  }
  if (!model.scaler.has_value()) return;
  // Predictions of larger targets would not be finite in float.
  constexpr double kLargest = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < model.tasks.size(); ++i) {
    const double mean = model.scaler->mean()[i], scale = model.scaler->scale()[i];
    if (std::abs(mean) > kLargest || scale > kLargest) {
      throw FileError(fmt::format("target '{}' has mean {} and scale {}, expected at most {}",
                                  model.target_names[i], mean, scale, kLargest));
    }
  }
}

// What several models share, each once, in the order of the models that first have it.
template <class Part>
std::vector<std::shared_ptr<const Part>> parts_of(std::span<const TrainedModel> models,
                                                  std::shared_ptr<const Part> TrainedModel::*part) {
  std::vector<std::shared_ptr<const Part>> parts;
  for (const TrainedModel& model : models) {
    if (model.*part == nullptr || std::ranges::find(parts, model.*part) != parts.end()) continue;
    parts.push_back(model.*part);
  }
  return parts;
}

// Notes which of the parts the model has.
template <class Part>
void describe_part(const std::vector<std::shared_ptr<const Part>>& parts,
                   const std::shared_ptr<const Part>& part, const char* name, Json& json) {
  if (part != nullptr) json[name] = std::ranges::find(parts, part) - parts.begin();
}

// Gives each model the part that its description names.
template <class Part>
void assign_parts(const std::vector<std::shared_ptr<const Part>>& parts, const char* name,
                  std::span<const Json> descriptions, std::shared_ptr<const Part> TrainedModel::*part,
                  std::span<TrainedModel> models) {
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (!descriptions[i].contains(name)) continue;
    const auto number = read_entry<std::size_t>(descriptions[i], name);
    if (number >= parts.size()) {
      throw FileError(fmt::format("model {} has {} {} of {}", i, name, number, parts.size()));
    }
    models[i].*part = parts[number];
  }
  for (const std::shared_ptr<const Part>& one : parts) {
    if (std::ranges::find(models, one, part) == models.end()) {
      throw FileError(fmt::format("it holds a {} that no model has", name));
    }
  }
}

}  // namespace

void save_model(const std::filesystem::path& path, const TrainedModel& model, StoredPrecision stored) {
  save_models(path, std::span(&model, 1), stored);
}

TrainedModel load_model(const std::filesystem::path& path) {
  std::vector<TrainedModel> models = load_models(path);
  if (models.size() > 1) {
    throw FileError(fmt::format("{}: holds {} models whose predictions are averaged, expected one",
                                path.string(), models.size()));
  }
  return std::move(models.front());
}

void save_models(const std::filesystem::path& path, std::span<const TrainedModel> models,
                 StoredPrecision stored) {
  if (models.empty()) throw ConfigError("save_models: there is no model");
  const auto companions = parts_of(models, &TrainedModel::companion);
  const auto calibrations = parts_of(models, &TrainedModel::calibration);
  const auto domains = parts_of(models, &TrainedModel::domain);
  std::vector<DescribedModel> described;
  for (const TrainedModel& model : models) {
    check_consistent(model);
    described.push_back({describe(model), make_graph_model(model.config).layout, model.parameters});
    Json& description = described.back().description;
    describe_part(companions, model.companion, "companion", description);
    describe_part(calibrations, model.calibration, "calibration", description);
    describe_part(domains, model.domain, "domain", description);
  }
  std::vector<Tensor> others = companion_tensors(companions);
  std::ranges::move(calibration_tensors(calibrations), std::back_inserter(others));
  std::ranges::move(domain_tensors(domains), std::back_inserter(others));
  if (models.size() == 1) {
    save_described_model(path, kKind, described.front(), stored, others);
  } else {
    save_described_models(path, kEnsembleKind, described, stored, others);
  }
}

std::vector<TrainedModel> load_models(const std::filesystem::path& path) {
  std::vector<Json> parts;  // which each model has, by number
  const auto parse = [&](std::string_view, const Json& json) {
    parts.emplace_back(Json::object());
    for (const char* name : {"companion", "calibration", "domain"}) {
      if (json.contains(name)) parts.back()[name] = json[name];
    }
    return read_description(json);
  };
  const auto layout_of = [](const TrainedModel& model) { return make_graph_model(model.config).layout; };
  const ModelKinds kinds{{kKind}, kEnsembleKind, {kCompanionPrefix, kCalibrationPrefix, kDomainPrefix}};
  std::vector<Tensor> others;
  std::vector<TrainedModel> models = load_described_models(path, kinds, parse, layout_of, &others);
  try {
    assign_parts(read_companions(others), "companion", parts, &TrainedModel::companion, models);
    assign_parts(read_calibrations(others), "calibration", parts, &TrainedModel::calibration, models);
    assign_parts(read_domains(others), "domain", parts, &TrainedModel::domain, models);
    for (const TrainedModel& model : models) check_consistent(model);
  } catch (const std::exception& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", path.string(), error.what()));
  }
  return models;
}

}  // namespace plstm
