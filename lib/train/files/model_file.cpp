#include "plstm/train/files/model_file.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/train/files/checkpoint.hpp>
#include <plstm/train/files/safetensors.hpp>

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "graph_model";
constexpr const char* kEnsembleKind = "graph_models";

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

std::vector<Task> read_tasks(const Json& json, std::size_t count) {
  const auto read = [](const Json& task) {
    return Task{parse_task_type(task.at("task").get<std::string>()), task.at("classes").get<Index>(),
                task.value("weight", 1.0)};
  };
  std::vector<Task> tasks;
  if (!json.contains("tasks")) {
    tasks.assign(count, read(json));
  } else {
    for (const Json& task : json["tasks"]) tasks.push_back(read(task));
  }
  if (json.contains("class_names")) {
    const auto names = json["class_names"].get<std::vector<std::vector<std::string>>>();
    if (names.size() != tasks.size())
      throw FileError("there are not as many lists of class names as targets");
    for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].class_names = names[i];
  }
  check_tasks(tasks);
  return tasks;
}

Json describe(const TrainedModel& model) {
  Json json;
  json["config"] = Json::parse(to_json(model.config));
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
  if (!model.featurizer.empty()) json["featurizer"] = Json::parse(model.featurizer);
  return json;
}

TrainedModel read_description(const Json& json) {
  TrainedModel model;
  model.config = parse_graph_model_config(json.at("config").dump());
  model.target_names = json.at("target_names").get<std::vector<std::string>>();
  model.tasks = read_tasks(json, model.target_names.size());
  if (json.contains("target_mean")) {
    model.scaler.emplace(json.at("target_mean").get<std::vector<double>>(),
                         json.at("target_scale").get<std::vector<double>>());
  }
  if (json.contains("precision")) model.precision = parse_precision(json["precision"].get<std::string>());
  if (json.contains("featurizer")) model.featurizer = json["featurizer"].dump();
  return model;
}

// A configuration may ask for more than the file holds; sizes are compared before anything of that size is
// made.
void check_plausible(const GraphModelConfig& c, std::size_t stored_values) {
  check_config(c);
  const auto limit = static_cast<double>(stored_values) + 1;
  const double width = static_cast<double>(c.width);
  const bool stm = c.body == GraphBody::kStm;
  const Index layers = stm ? static_cast<Index>(c.blocks.size()) : c.body == GraphBody::kNone ? 0 : c.layers;
  const double degree =
      stm && c.layer == StmLayerKind::kNode ? static_cast<double>(std::max<Index>(c.max_degree, 1)) : 1;
  const auto values = static_cast<double>(c.graph_value_width);
  const auto value_layer = static_cast<double>(c.graph_value_layer);
  if (width * width > limit || static_cast<double>(layers) > limit || width * degree * degree > limit ||
      static_cast<double>(c.outputs) * width > limit || values * value_layer > limit ||
      (value_layer > 0 ? value_layer : values) * width > limit) {
    throw FileError("its configuration asks for more parameters than the file holds");
  }
}

// Adds the member's parameters to `layout`, each under its name behind `prefix`.
void add_parameters(ParameterLayout& layout, const std::string& prefix, const ParameterLayout& member) {
  for (const ParameterInfo& info : member.infos())
    layout.add(prefix + info.name, info.shape, info.init, info.decays);
}

std::string member_prefix(std::size_t member) {
  return fmt::format("members.{}.", member);
}

void check_consistent(const TrainedModel& model) {
  check_tasks(model.tasks);
  if (model.tasks.size() != model.target_names.size() || model.config.outputs != num_outputs(model.tasks)) {
    throw FileError(fmt::format("{} outputs and {} tasks do not fit {} targets", model.config.outputs,
                                model.tasks.size(), model.target_names.size()));
  }
  if (model.scaler.has_value() && model.scaler->mean().size() != model.tasks.size()) {
    throw FileError("the target scaling does not fit the targets");
  }
}

}  // namespace

void save_model(const std::filesystem::path& path, const TrainedModel& model) {
  save_models(path, std::span(&model, 1));
}

TrainedModel load_model(const std::filesystem::path& path) {
  std::vector<TrainedModel> models = load_models(path);
  if (models.size() > 1) {
    throw FileError(fmt::format("{}: holds {} models whose predictions are averaged, expected one",
                                path.string(), models.size()));
  }
  return std::move(models.front());
}

void save_models(const std::filesystem::path& path, std::span<const TrainedModel> models) {
  if (models.empty()) throw ConfigError("save_models: there is no model");
  ParameterLayout layout;
  std::vector<float> values;
  Json members = Json::array();
  for (std::size_t i = 0; i < models.size(); ++i) {
    check_consistent(models[i]);
    const ParameterLayout member = make_graph_model(models[i].config).layout;
    check_size("save_model", "parameters", static_cast<std::int64_t>(models[i].parameters.size()),
               static_cast<std::int64_t>(member.total_size()));
    add_parameters(layout, models.size() == 1 ? "" : member_prefix(i), member);
    values.insert(values.end(), models[i].parameters.begin(), models[i].parameters.end());
    members.push_back(describe(models[i]));
  }
  if (models.size() == 1) {
    save_checkpoint(path, {kKind, members.front().dump()}, layout, values);
  } else {
    Json json;
    json["members"] = std::move(members);
    save_checkpoint(path, {kEnsembleKind, json.dump()}, layout, values);
  }
}

std::vector<TrainedModel> load_models(const std::filesystem::path& path) {
  const TensorFile file = read_safetensors(path);
  CheckpointInfo info = read_checkpoint_info(path, file);
  const bool several = info.kind == kEnsembleKind;
  if (!several) info = read_checkpoint_info(path, file, kKind);  // names the kind that was expected
  try {
    const Json json = Json::parse(info.json);
    std::vector<TrainedModel> models;
    if (several) {
      for (const Json& member : json.at("members")) models.push_back(read_description(member));
      if (models.empty()) throw FileError("it holds no model");
    } else {
      models.push_back(read_description(json));
    }
    std::size_t stored = 0;
    for (const Tensor& tensor : file.tensors) stored += tensor.bytes.size();
    ParameterLayout layout;
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < models.size(); ++i) {
      check_plausible(models[i].config, stored);
      check_consistent(models[i]);
      const ParameterLayout member = make_graph_model(models[i].config).layout;
      add_parameters(layout, several ? member_prefix(i) : "", member);
      sizes.push_back(member.total_size());
      if (layout.num_values() > stored)
        throw FileError("its configuration asks for more parameters than the file holds");
    }
    const std::vector<float> values = checkpoint_parameters(file, layout);
    auto next = values.begin();
    for (std::size_t i = 0; i < models.size(); ++i) {
      const auto end = next + static_cast<std::ptrdiff_t>(sizes[i]);
      models[i].parameters.assign(next, end);
      next = end;
    }
    return models;
  } catch (const std::exception& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", path.string(), error.what()));
  }
}

}  // namespace plstm
