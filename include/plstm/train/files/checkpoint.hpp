#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/nn/autodiff/parameters.hpp>
#include <plstm/train/files/safetensors.hpp>

namespace plstm {

/// How a file keeps parameters: half takes half the room and three digits.
enum class StoredPrecision { kFloat, kHalf };

/// What stands in a model file beside its parameters.
struct CheckpointInfo {
  std::string kind;  ///< which model, e.g. "graph_model"
  std::string json;  ///< an object: its configuration and whatever else is needed to use it
};

/// Writes a safetensors file, beside the target and renamed: each parameter a tensor of its name, `info` under the
/// metadata key "plstm" with a format number, and the SHA-256 of all that under "plstm_sha256". `values` is flat, in
/// `layout`. `others` are tensors that are no parameters. Throws FileError; ConfigError if info.json is no object or uses the names "format" or "kind", or naming a
/// parameter that is not finite, or that the stored precision cannot hold.
void save_checkpoint(const std::filesystem::path& path, const CheckpointInfo& info,
                     const ParameterLayout& layout, std::span<const float> values,
                     StoredPrecision stored = StoredPrecision::kFloat, std::span<const Tensor> others = {});

/// Reads a file of save_checkpoint, or one of another program that names the parameters alike. Throws FileError naming
/// the file if it is no regular file, no safetensors file, or has other contents than its SHA-256 says. Files of
/// version 0.1 and of other programs have none.
TensorFile read_checkpoint(const std::filesystem::path& path);

/// The description in a file that read_checkpoint has read. Throws FileError naming the file if it is no file of
/// plstm, of a newer format, its description is damaged or its SHA-256 was taken away, or, for a `kind` that is not
/// empty, if it holds another model.
CheckpointInfo read_checkpoint_info(const std::filesystem::path& path, const TensorFile& file,
                                    std::string_view kind = {});

/// How much a file holds.
struct CheckpointSize {
  std::size_t parameters = 0;
  std::size_t values = 0;  ///< of all parameters
};
CheckpointSize size_of(const TensorFile& file);

/// Throws FileError if the layout has far more parameters or values than the file: a configuration from a file can ask
/// for any number of them. checkpoint_parameters finds every difference, and names it.
void check_fits(const CheckpointSize& stored, const ParameterLayout& layout);

/// The parameters by name, flat, in `layout`: of float or double, as other programs write them. Throws FileError naming
/// the parameter that is missing, unknown, of another shape or not finite. Names and shapes are compared before memory
/// is allocated.
std::vector<float> checkpoint_parameters(const TensorFile& file, const ParameterLayout& layout);

}  // namespace plstm
