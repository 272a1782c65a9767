#pragma once

#include <string>
#include <string_view>

#include <plstm/nn/grids/vision_model.hpp>
#include <plstm/nn/grids/vision_transformer.hpp>

namespace plstm {

/// Configurations as JSON text, all settings by name, and back. Reading throws FileError naming the setting
/// that is missing, unknown or of the wrong kind.
std::string to_json(const VisionModelConfig& config);
VisionModelConfig parse_vision_model_config(std::string_view json);

std::string to_json(const VisionTransformerConfig& config);
VisionTransformerConfig parse_vision_transformer_config(std::string_view json);

}  // namespace plstm
