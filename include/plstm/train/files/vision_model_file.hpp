#pragma once

#include <filesystem>
#include <variant>
#include <vector>

#include <plstm/core/precision.hpp>
#include <plstm/train/files/vision_config.hpp>

namespace plstm {

/// A model for images as it stands in a file.
struct TrainedVisionModel {
  std::variant<VisionModelConfig, VisionTransformerConfig> config;
  std::vector<float> parameters;  ///< flat, in the layout of the model that is made of the configuration
  Precision precision = Precision::kFloat;  ///< of the products it was trained with
};

/// A checkpoint (checkpoint.hpp) of the kind "vision_model" or "vision_transformer". Throws FileError; ConfigError
/// naming a parameter that is not finite.
void save_vision_model(const std::filesystem::path& path, const TrainedVisionModel& model);

/// Reads it back. Throws FileError naming the file and what is wrong with it.
TrainedVisionModel load_vision_model(const std::filesystem::path& path);

}  // namespace plstm
