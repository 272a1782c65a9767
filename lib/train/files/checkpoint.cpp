#include "plstm/train/files/checkpoint.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "config_json.hpp"
#include "content_digest.hpp"
#include "core/files/json_text.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

// Format 1 is that of version 0.1 and may lack the digest, which format 2 must have.
constexpr int kFormat = 2;
constexpr int kFirstFormatWithDigest = 2;
constexpr const char* kKey = "plstm";

// A layout that is a little larger than the file is left to checkpoint_parameters, which names a parameter.
constexpr std::size_t kMostTimes = 4;

// Returns what is wrong with the values of a parameter, nothing if all are finite.
std::string not_finite(const std::string& name, std::span<const float> values) {
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  if (bad == values.end()) return {};
  return fmt::format("parameter '{}' is {} at its place {}, and every parameter must be finite", name, *bad,
                     bad - values.begin());
}

FileError not_usable(const std::filesystem::path& path, const std::string& reason) {
  return FileError(fmt::format("{}: not a usable model: {}", path.string(), reason));
}

// The tensor of each parameter, in the order of the layout. O(P log P): a layout of a file may have thousands.
std::vector<const Tensor*> match_tensors(const TensorFile& file, const ParameterLayout& layout) {
  std::map<std::string_view, const Tensor*> unused;
  for (const Tensor& tensor : file.tensors) unused.emplace(tensor.name, &tensor);
  std::vector<const Tensor*> matched;
  for (const ParameterInfo& info : layout.infos()) {
    const auto found = unused.find(info.name);
    if (found == unused.end()) throw FileError(fmt::format("parameter '{}' is missing", info.name));
    const Tensor& tensor = *found->second;
    if (tensor.shape != info.shape || tensor.type == TensorType::kI64 || tensor.type == TensorType::kU32) {
      throw FileError(fmt::format("parameter '{}' is {} [{}], expected F32 [{}]", info.name,
                                  name(tensor.type), fmt::join(tensor.shape, ", "),
                                  fmt::join(info.shape, ", ")));
    }
    matched.push_back(&tensor);
    unused.erase(found);
  }
  if (!unused.empty()) throw FileError(fmt::format("parameter '{}' is unknown", unused.begin()->first));
  return matched;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const CheckpointInfo& info,
                     const ParameterLayout& layout, std::span<const float> values, StoredPrecision stored,
                     std::span<const Tensor> others) {
  check_size("save_checkpoint", "values", static_cast<std::int64_t>(values.size()),
             static_cast<std::int64_t>(layout.total_size()));
  const Json content = try_parse_json(info.json);
  if (!content.is_object() || content.contains("format") || content.contains("kind")) {
    throw ConfigError("save_checkpoint: the description must be a JSON object without 'format' and 'kind'");
  }
  Json description;
  description["format"] = kFormat;
  description["kind"] = info.kind;
  description.update(content);
  TensorFile file;
  file.metadata[kKey] = json_text(description);
  for (const ParameterInfo& parameter : layout.infos()) {
    const std::span<const float> part = values.subspan(parameter.offset, parameter.size);
    if (const std::string wrong = not_finite(parameter.name, part); !wrong.empty()) {
      throw ConfigError(fmt::format("{}: not written: {}", path.string(), wrong));
    }
    file.tensors.push_back(stored == StoredPrecision::kHalf
                               ? make_half_tensor(parameter.name, parameter.shape, part)
                               : make_tensor<float>(parameter.name, parameter.shape, part));
  }
  file.tensors.insert(file.tensors.end(), others.begin(), others.end());
  add_digest(file);
  write_safetensors(path, file);
}

TensorFile read_checkpoint(const std::filesystem::path& path) {
  TensorFile file = read_safetensors(path);
  if (!file.metadata.contains(kKey)) return file;  // written by another program
  try {
    check_digest(file);
  } catch (const FileError& error) {
    throw not_usable(path, error.what());
  }
  return file;
}

CheckpointInfo read_checkpoint_info(const std::filesystem::path& path, const TensorFile& file,
                                    std::string_view kind) {
  const auto found = file.metadata.find(kKey);
  if (found == file.metadata.end()) {
    throw FileError(fmt::format(
        "{}: a safetensors file, but not a model of plstm; give one that a program of plstm has written",
        path.string()));
  }
  Json json;
  try {
    json = parse_json_object(found->second, "its description is damaged");
  } catch (const FileError& error) {
    throw not_usable(path, error.what());
  }
  const auto format = json.find("format");
  const auto stored = json.find("kind");
  if (format == json.end() || !format->is_number_unsigned() || stored == json.end() || !stored->is_string()) {
    throw not_usable(path, "its description is damaged: it has no format or no kind");
  }
  const auto number = format->get<std::uint64_t>();
  if (number < 1 || number > kFormat) {
    throw not_usable(path, fmt::format("it has format {}, this version of plstm reads 1 to {}; update plstm",
                                       number, kFormat));
  }
  if (number >= kFirstFormatWithDigest && !has_digest(file)) {
    throw not_usable(path, "its SHA-256 is missing: it was damaged or edited after it was written");
  }
  CheckpointInfo info{stored->get<std::string>(), {}};
  if (!kind.empty() && info.kind != kind) {
    throw FileError(
        fmt::format("{}: holds a model of the kind '{}', expected '{}'", path.string(), info.kind, kind));
  }
  json.erase("format");
  json.erase("kind");
  info.json = json_text(json);
  return info;
}

CheckpointSize size_of(const TensorFile& file) {
  CheckpointSize size{file.tensors.size(), 0};
  for (const Tensor& tensor : file.tensors) size.values += tensor.bytes.size() / element_size(tensor.type);
  return size;
}

void check_fits(const CheckpointSize& stored, const ParameterLayout& layout) {
  if (layout.num_values() > kMostTimes * stored.values ||
      layout.infos().size() > kMostTimes * stored.parameters) {
    throw FileError(
        fmt::format("its configuration asks for more parameters than the file holds: {} values in {} "
                    "parameters, not {} in {}",
                    layout.num_values(), layout.infos().size(), stored.values, stored.parameters));
  }
}

std::vector<float> checkpoint_parameters(const TensorFile& file, const ParameterLayout& layout) {
  const std::vector<const Tensor*> tensors = match_tensors(file, layout);
  // Every size is that of a tensor that was read: no configuration makes this larger than the file.
  std::vector<float> values(layout.total_size(), 0.0f);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const ParameterInfo& info = layout.infos()[i];
    const std::vector<float> read = tensor_values<float>(*tensors[i]);
    if (const std::string wrong = not_finite(info.name, read); !wrong.empty()) throw FileError(wrong);
    std::ranges::copy(read, values.begin() + static_cast<std::ptrdiff_t>(info.offset));
  }
  return values;
}

}  // namespace plstm
