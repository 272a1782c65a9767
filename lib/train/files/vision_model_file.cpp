#include "plstm/train/files/vision_model_file.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/files/json_text.hpp"
#include "described_models.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kVisionModel = "vision_model";
constexpr const char* kTransformer = "vision_transformer";
constexpr std::array<std::string_view, 2> kVisionEntries{"config", "precision"};

ParameterLayout layout_of(const VisionModelConfig& config) {
  return make_vision_model(config).layout;
}

ParameterLayout layout_of(const VisionTransformerConfig& config) {
  return make_vision_transformer(config).layout;
}

ParameterLayout layout_of(const TrainedVisionModel& model) {
  return std::visit([](const auto& config) { return layout_of(config); }, model.config);
}

}  // namespace

void save_vision_model(const std::filesystem::path& path, const TrainedVisionModel& model) {
  Json json;
  json["config"] = std::visit([](const auto& config) { return parse_json(to_json(config)); }, model.config);
  json["precision"] = std::string(name(model.precision));
  const bool transformer = std::holds_alternative<VisionTransformerConfig>(model.config);
  save_described_model(path, transformer ? kTransformer : kVisionModel,
                       {std::move(json), layout_of(model), model.parameters});
}

TrainedVisionModel load_vision_model(const std::filesystem::path& path) {
  const auto parse = [](std::string_view kind, const Json& json) {
    check_keys(json, kVisionEntries);
    TrainedVisionModel model;
    if (kind == kTransformer) {
      model.config = read_config_entry(json, parse_vision_transformer_config);
    } else {
      model.config = read_config_entry(json, parse_vision_model_config);
    }
    model.precision = parse_precision(read_entry<std::string>(json, "precision"));
    return model;
  };
  auto models = load_described_models(path, {{kVisionModel, kTransformer}}, parse,
                                      [](const TrainedVisionModel& model) { return layout_of(model); });
  return std::move(models.front());
}

}  // namespace plstm
