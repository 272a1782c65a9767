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

Json describe(const TrainedModel& model) {
  Json json;
  json["config"] = Json::parse(to_json(model.config));
  json["task"] = std::string(name(model.task));
  json["classes"] = model.classes;
  json["target_names"] = model.target_names;
  if (model.scaler.has_value()) {
    json["target_mean"] = std::vector<double>(model.scaler->mean().begin(), model.scaler->mean().end());
    json["target_scale"] = std::vector<double>(model.scaler->scale().begin(), model.scaler->scale().end());
  }
  if (model.precision != Precision::kFloat) json["precision"] = std::string(name(model.precision));
  if (!model.featurizer.empty()) json["featurizer"] = Json::parse(model.featurizer);
  return json;
}

TrainedModel read_description(const std::string& text) {
  const Json json = Json::parse(text);
  TrainedModel model;
  model.config = parse_graph_model_config(json.at("config").dump());
  model.task = parse_task_type(json.at("task").get<std::string>());
  model.classes = json.at("classes").get<Index>();
  model.target_names = json.at("target_names").get<std::vector<std::string>>();
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

void read_parameters(const TensorFile& file, TrainedModel& model) {
  std::size_t stored = 0;
  for (const Tensor& tensor : file.tensors) stored += tensor.bytes.size();
  check_plausible(model.config, stored);
  const ParameterLayout layout = make_graph_model(model.config).layout;
  model.parameters = checkpoint_parameters(file, layout);
}

void check_consistent(const TrainedModel& model) {
  const auto tasks = static_cast<Index>(model.target_names.size());
  if (tasks < 1 || model.config.outputs != num_outputs(model.task, tasks, model.classes)) {
    throw FileError(fmt::format("{} outputs do not fit {} targets", model.config.outputs, tasks));
  }
  if (model.scaler.has_value() && static_cast<Index>(model.scaler->mean().size()) != tasks) {
    throw FileError("the target scaling does not fit the targets");
  }
}

}  // namespace

void save_model(const std::filesystem::path& path, const TrainedModel& model) {
  const ParameterLayout layout = make_graph_model(model.config).layout;
  check_size("save_model", "parameters", static_cast<std::int64_t>(model.parameters.size()),
             static_cast<std::int64_t>(layout.total_size()));
  save_checkpoint(path, {kKind, describe(model).dump()}, layout, model.parameters);
}

TrainedModel load_model(const std::filesystem::path& path) {
  const TensorFile file = read_safetensors(path);
  const CheckpointInfo info = read_checkpoint_info(path, file, kKind);
  try {
    TrainedModel model = read_description(info.json);
    read_parameters(file, model);
    check_consistent(model);
    return model;
  } catch (const std::exception& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", path.string(), error.what()));
  }
}

}  // namespace plstm
