#include "plstm/train/files/checkpoint.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;
constexpr const char* kKey = "plstm";

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const CheckpointInfo& info,
                     const ParameterLayout& layout, std::span<const float> values) {
  check_size("save_checkpoint", "values", static_cast<std::int64_t>(values.size()),
             static_cast<std::int64_t>(layout.total_size()));
  const Json content = Json::parse(info.json, nullptr, false);
  if (!content.is_object() || content.contains("format") || content.contains("kind")) {
    throw ConfigError("save_checkpoint: the description must be a JSON object without 'format' and 'kind'");
  }
  Json description;
  description["format"] = kFormat;
  description["kind"] = info.kind;
  description.update(content);
  TensorFile file;
  file.metadata[kKey] = description.dump();
  for (const ParameterInfo& parameter : layout.infos()) {
    file.tensors.push_back(make_tensor<float>(parameter.name, parameter.shape,
                                              values.subspan(parameter.offset, parameter.size)));
  }
  write_safetensors(path, file);
}

CheckpointInfo read_checkpoint_info(const std::filesystem::path& path, const TensorFile& file,
                                    std::string_view kind) {
  const auto found = file.metadata.find(kKey);
  if (found == file.metadata.end()) {
    throw FileError(fmt::format(
        "{}: a safetensors file, but not a model of plstm; give one that a program of plstm has written",
        path.string()));
  }
  Json json = Json::parse(found->second, nullptr, false);
  const auto format = json.is_object() ? json.find("format") : json.end();
  const auto stored = json.is_object() ? json.find("kind") : json.end();
  if (!json.is_object() || format == json.end() || !format->is_number_integer() || stored == json.end() ||
      !stored->is_string()) {
    throw FileError(fmt::format("{}: not a usable model: its description is damaged", path.string()));
  }
  if (format->get<std::int64_t>() > kFormat) {
    throw FileError(
        fmt::format("{}: not a usable model: it has format {}, this version of plstm reads up to {}; update "
                    "plstm",
                    path.string(), format->get<std::int64_t>(), kFormat));
  }
  CheckpointInfo info{stored->get<std::string>(), {}};
  if (!kind.empty() && info.kind != kind) {
    throw FileError(
        fmt::format("{}: holds a model of the kind '{}', expected '{}'", path.string(), info.kind, kind));
  }
  json.erase("format");
  json.erase("kind");
  info.json = json.dump();
  return info;
}

std::vector<float> checkpoint_parameters(const TensorFile& file, const ParameterLayout& layout) {
  std::vector<float> values(layout.total_size(), 0.0f);
  for (const ParameterInfo& info : layout.infos()) {
    const auto found = std::ranges::find(file.tensors, info.name, &Tensor::name);
    if (found == file.tensors.end()) throw FileError(fmt::format("parameter '{}' is missing", info.name));
    if (found->shape != info.shape || found->type == TensorType::kI64) {
      throw FileError(fmt::format("parameter '{}' is {} [{}], expected F32 [{}]", info.name,
                                  name(found->type), fmt::join(found->shape, ", "),
                                  fmt::join(info.shape, ", ")));
    }
    std::ranges::copy(tensor_values<float>(*found),
                      values.begin() + static_cast<std::ptrdiff_t>(info.offset));
  }
  if (file.tensors.size() != layout.infos().size()) {
    for (const Tensor& tensor : file.tensors) {
      if (std::ranges::find(layout.infos(), tensor.name, &ParameterInfo::name) == layout.infos().end()) {
        throw FileError(fmt::format("parameter '{}' is unknown", tensor.name));
      }
    }
  }
  return values;
}

}  // namespace plstm
