#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/train/files/safetensors.hpp>

namespace plstm {

/// What stands in a model file beside its parameters.
struct CheckpointInfo {
  std::string kind;  ///< which model, e.g. "graph_model"
  std::string json;  ///< an object: its configuration and whatever else is needed to use it
};

/// Writes a safetensors file, beside the target and renamed: each parameter a tensor of its name, `info`
/// under the metadata key "plstm" with a format number. `values` is flat, in `layout`. Throws FileError;
/// ConfigError if info.json is no object or uses the names "format" or "kind".
void save_checkpoint(const std::filesystem::path& path, const CheckpointInfo& info,
                     const ParameterLayout& layout, std::span<const float> values);

/// The description in a file that save_checkpoint wrote. Throws FileError naming the file if it is no file of
/// plstm, of a newer format, or, for a `kind` that is not empty, of another model.
CheckpointInfo read_checkpoint_info(const std::filesystem::path& path, const TensorFile& file,
                                    std::string_view kind = {});

/// The parameters by name, flat, in `layout`: of float or double, as other programs write them. Throws
/// FileError naming the parameter that is missing, unknown or of another shape.
std::vector<float> checkpoint_parameters(const TensorFile& file, const ParameterLayout& layout);

}  // namespace plstm
