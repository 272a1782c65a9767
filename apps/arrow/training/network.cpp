#include "network.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/checkpoint.hpp>
#include <plstm/train/files/vision_model_file.hpp>

namespace plstm::arrow {
namespace {

constexpr std::array<Named<NetworkKind>, 5> kNames{{{NetworkKind::kPd, "pd"},
                                                    {NetworkKind::kP, "p"},
                                                    {NetworkKind::kD, "d"},
                                                    {NetworkKind::kNoPositions, "nopos"},
                                                    {NetworkKind::kVit, "vit"}}};

VisionModelConfig vision_config(const NetworkOptions& o) {
  if (o.blocks % 2 != 0) {
    throw ConfigError(
        fmt::format("--blocks is {}; pLSTM has them in pairs, choose an even number", o.blocks));
  }
  VisionModelConfig config;
  config.image_rows = config.image_cols = o.size;
  config.channels = 1;
  config.patch = o.patch;
  config.width = o.width;
  config.heads = o.heads;
  config.pairs = o.blocks / 2;
  config.blocks = o.kind == NetworkKind::kP   ? VisionBlocks::kP
                  : o.kind == NetworkKind::kD ? VisionBlocks::kD
                                              : VisionBlocks::kPd;
  config.outputs = 1;
  config.dropout = o.dropout;
  config.gates.gate_bias = o.gate_bias;
  config.gates.gate_bias_std = o.gate_bias_std;
  config.gates.gate_weight_std = o.gate_weight_std;
  config.gates.angle_weight_std = o.angle_weight_std;
  config.gate_weights = o.gate_weights;
  config.drop_path = o.drop_path;
  config.sub_heads = o.sub_heads;
  config.pooling = o.pooling;
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

template <class Config>
void check_purpose(const Config& config) {
  if (config.channels != 1 || config.outputs != 1 || config.image_rows != config.image_cols) {
    throw ConfigError(
        fmt::format("it maps images of {} x {} with {} channels to {} outputs, expected squares of 1 "
                    "channel and 1 output",
                    config.image_rows, config.image_cols, config.channels, config.outputs));
  }
}

Network make_network(const VisionModelConfig& config) {
  return {make_vision_model(config)};
}

Network make_network(const VisionTransformerConfig& config) {
  return {make_vision_transformer(config)};
}

std::filesystem::path model_file(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return path;
  std::filesystem::path file;
  read_whole_runs({&path, 1}, [&] {
    // A run of version 0.1 has no manifest.
    file = read_run_manifest(path) ? model_files_of(path).front() : path / "model.safetensors";
  });
  return file;
}

}  // namespace

std::string_view name(NetworkKind kind) {
  return name_of(kNames, kind);
}

std::vector<std::string> network_names() {
  return names_of(kNames);
}

NetworkKind parse_network_kind(std::string_view text) {
  return parse_named(kNames, "model", text);
}

const ParameterLayout& Network::layout() const {
  return std::visit([](const auto& m) -> const ParameterLayout& { return m.layout; }, model);
}

std::int32_t Network::training_size() const {
  return std::visit([](const auto& m) { return static_cast<std::int32_t>(m.config.image_rows); }, model);
}

Network make_network(const NetworkOptions& options) {
  if (options.kind == NetworkKind::kVit) return {make_vision_transformer(transformer_config(options))};
  return {make_vision_model(vision_config(options))};
}

void check_image_size(const Network& network, std::int32_t size) {
  const Index patch = std::visit([](const auto& m) { return m.config.patch; }, network.model);
  if (size < 1 || size % patch != 0) {
    throw ConfigError(
        fmt::format("images of {} x {} cannot be cut into patches of {} x {}", size, size, patch, patch));
  }
}

Learner network_learner(const Network& network, const ImageSource& source) {
  return std::visit([&](const auto& model) { return image_learner(model, source); }, network.model);
}

void save_network(const std::filesystem::path& path, const TrainedNetwork& trained) {
  TrainedVisionModel model{{}, trained.parameters, trained.precision};
  std::visit([&](const auto& m) { model.config = m.config; }, trained.network.model);
  save_vision_model(path, model);
}

std::vector<float> load_parameters(const std::filesystem::path& path, const Network& network) {
  const std::filesystem::path file_path = model_file(path);
  const TensorFile file = read_checkpoint(file_path);
  try {
    return checkpoint_parameters(file, network.layout());
  } catch (const Error& error) {
    throw FileError(
        fmt::format("{}: the parameters do not fit this network: {}", file_path.string(), error.what()));
  }
}

TrainedNetwork load_network(const std::filesystem::path& path) {
  const std::filesystem::path file_path = model_file(path);
  TrainedVisionModel model = load_vision_model(file_path);
  try {
    std::visit([](const auto& config) { check_purpose(config); }, model.config);
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", file_path.string(), error.what()));
  }
  return {std::visit([](const auto& config) { return make_network(config); }, model.config),
          std::move(model.parameters), model.precision};
}

}  // namespace plstm::arrow
