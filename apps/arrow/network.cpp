#include "network.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/checkpoint.hpp>

namespace plstm::arrow {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "arrow_network";
constexpr std::array<std::pair<NetworkKind, std::string_view>, 5> kNames{
    {{NetworkKind::kPd, "pd"},
     {NetworkKind::kP, "p"},
     {NetworkKind::kD, "d"},
     {NetworkKind::kNoPositions, "nopos"},
     {NetworkKind::kVit, "vit"}}};

Json options_json(const NetworkOptions& o) {
  Json json;
  json["model"] = std::string(name(o.kind));
  json["size"] = o.size;
  json["patch"] = o.patch;
  json["width"] = o.width;
  json["heads"] = o.heads;
  json["blocks"] = o.blocks;
  json["dropout"] = o.dropout;
  json["drop_path"] = o.drop_path;
  return json;
}

NetworkOptions parse_options(const Json& json) {
  NetworkOptions o;
  o.kind = parse_network_kind(json.at("model").get<std::string>());
  o.size = json.at("size").get<std::int32_t>();
  o.patch = json.at("patch").get<Index>();
  o.width = json.at("width").get<Index>();
  o.heads = json.at("heads").get<Index>();
  o.blocks = json.at("blocks").get<Index>();
  o.dropout = json.at("dropout").get<double>();
  o.drop_path = json.at("drop_path").get<double>();
  return o;
}

// A block of the model has two layers where both modes are used.
VisionModelConfig vision_config(const NetworkOptions& o) {
  VisionModelConfig config;
  config.image_rows = config.image_cols = o.size;
  config.channels = 1;
  config.patch = o.patch;
  config.width = o.width;
  config.heads = o.heads;
  config.outputs = 1;
  config.drop_path = o.drop_path;
  config.positions = o.kind != NetworkKind::kNoPositions;
  return config;
}

VisionTransformerConfig transformer_config(const NetworkOptions& o) {
  VisionTransformerConfig config;
  config.image_rows = config.image_cols = o.size;
  config.channels = 1;
  config.patch = o.patch;
  config.width = o.width;
  config.heads = o.heads;
  config.blocks = o.blocks;
  config.outputs = 1;
  config.dropout = o.dropout;
  config.drop_path = o.drop_path;
  return config;
}

}  // namespace

std::string_view name(NetworkKind kind) {
  return std::ranges::find(kNames, kind, &std::pair<NetworkKind, std::string_view>::first)->second;
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const auto& [kind, text] : kNames) names.emplace_back(text);
  return names;
}

NetworkKind parse_network_kind(std::string_view text) {
  for (const auto& [kind, known] : kNames) {
    if (text == known) return kind;
  }
  throw ConfigError(fmt::format("'{}' is no model; there are pd, p, d, nopos and vit", text));
}

const ParameterLayout& Network::layout() const {
  return std::visit([](const auto& m) -> const ParameterLayout& { return m.layout; }, model);
}

Network make_network(const NetworkOptions& options) {
  check_image_size(options, options.size);
  if (options.kind == NetworkKind::kVit)
    return {options, make_vision_transformer(transformer_config(options))};
  return {options, make_vision_model(vision_config(options))};
}

void check_image_size(const NetworkOptions& options, std::int32_t size) {
  if (options.patch < 1 || size % options.patch != 0) {
    throw ConfigError(
        fmt::format("images of {} x {} cannot be cut into patches of {} x {}; choose a patch that "
                    "divides the size",
                    size, size, options.patch, options.patch));
  }
}

Learner network_learner(const Network& network, const ImageSource& source) {
  return std::visit([&](const auto& model) { return image_learner(model, source); }, network.model);
}

void save_network(const std::filesystem::path& path, const TrainedNetwork& trained) {
  Json json = options_json(trained.network.options);
  json["precision"] = std::string(name(trained.precision));
  save_checkpoint(path, {kKind, json.dump()}, trained.network.layout(), trained.parameters);
}

TrainedNetwork load_network(const std::filesystem::path& path) {
  const std::filesystem::path file_path =
      std::filesystem::is_directory(path) ? path / "model.safetensors" : path;
  const TensorFile file = read_safetensors(file_path);
  const CheckpointInfo info = read_checkpoint_info(file_path, file, kKind);
  try {
    const Json json = Json::parse(info.json);
    TrainedNetwork trained{make_network(parse_options(json)), {}, {}};
    trained.precision = parse_precision(json.at("precision").get<std::string>());
    trained.parameters = checkpoint_parameters(file, trained.network.layout());
    return trained;
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{}: not a usable model: its settings are damaged ({})", file_path.string(),
                                error.what()));
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", file_path.string(), error.what()));
  }
}

}  // namespace plstm::arrow
