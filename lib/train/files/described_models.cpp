#include "described_models.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include <fmt/ranges.h>

#include <plstm/core/shape.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 1> kSeveralEntries{"members"};

// Adds the member's parameters to `layout`, each under its name behind `prefix`.
void add_parameters(ParameterLayout& layout, const std::string& prefix, const ParameterLayout& member) {
  for (const ParameterInfo& info : member.infos())
    layout.add(prefix + info.name, info.shape, info.init, info.decays);
}

std::string member_prefix(std::size_t member) {
  return fmt::format("members.{}.", member);
}

void check_parameters(const DescribedModel& model) {
  check_size("save_model", "parameters", static_cast<std::int64_t>(model.parameters.size()),
             static_cast<std::int64_t>(model.layout.total_size()));
}

// The tensors whose names begin with one of these; `file` keeps the rest.
std::vector<Tensor> take_tensors(TensorFile& file, std::span<const std::string_view> prefixes) {
  const auto is_kept = [&](const Tensor& tensor) {
    return std::ranges::none_of(prefixes,
                                [&](std::string_view prefix) { return tensor.name.starts_with(prefix); });
  };
  const auto first = std::stable_partition(file.tensors.begin(), file.tensors.end(), is_kept);
  std::vector<Tensor> taken(std::make_move_iterator(first), std::make_move_iterator(file.tensors.end()));
  file.tensors.erase(first, file.tensors.end());
  return taken;
}

}  // namespace

void save_described_model(const std::filesystem::path& path, const std::string& kind,
                          const DescribedModel& model, StoredPrecision stored,
                          std::span<const Tensor> others) {
  check_parameters(model);
  save_checkpoint(path, {kind, json_text(model.description)}, model.layout, model.parameters, stored, others);
}

void save_described_models(const std::filesystem::path& path, const std::string& kind,
                           std::span<const DescribedModel> models, StoredPrecision stored,
                           std::span<const Tensor> others) {
  Json json;
  json["members"] = Json::array();
  ParameterLayout layout;
  std::vector<float> values;
  for (std::size_t i = 0; i < models.size(); ++i) {
    check_parameters(models[i]);
    json["members"].push_back(models[i].description);
    add_parameters(layout, member_prefix(i), models[i].layout);
    values.insert(values.end(), models[i].parameters.begin(), models[i].parameters.end());
  }
  save_checkpoint(path, {kind, json_text(json)}, layout, values, stored, others);
}

DescriptionFile read_descriptions(const std::filesystem::path& path, const ModelKinds& kinds) {
  DescriptionFile file;
  file.tensors = read_checkpoint(path);
  std::vector<Tensor> others = take_tensors(file.tensors, kinds.others);
  const CheckpointInfo info = read_checkpoint_info(path, file.tensors);
  file.others = std::move(others);
  file.kind = info.kind;
  file.several = !kinds.several.empty() && info.kind == kinds.several;
  if (!file.several && std::ranges::find(kinds.one, info.kind) == kinds.one.end()) {
    throw FileError(fmt::format("{}: holds a model of the kind '{}', expected '{}'", path.string(), info.kind,
                                fmt::join(kinds.one, "' or '")));
  }
  try {
    Json json = parse_json_object(info.json, "its description");
    if (file.several) {
      check_keys(json, kSeveralEntries);
      if (!json.contains("members") || !json["members"].is_array() || json["members"].empty()) {
        throw FileError("it holds no list of models");
      }
      for (Json& member : json["members"]) {
        if (!member.is_object()) throw FileError("a member is no object");
        file.descriptions.push_back(std::move(member));
      }
    } else {
      file.descriptions.push_back(std::move(json));
    }
  } catch (const FileError& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", path.string(), error.what()));
  }
  return file;
}

std::string config_text(const Json& description) {
  const auto found = description.find("config");
  if (found == description.end()) throw FileError("its description is damaged: 'config' is missing");
  return json_text(*found);
}

std::vector<std::vector<float>> read_parameters(const DescriptionFile& file,
                                                std::span<const ParameterLayout> layouts) {
  const CheckpointSize stored = size_of(file.tensors);
  ParameterLayout layout;
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    add_parameters(layout, file.several ? member_prefix(i) : "", layouts[i]);
    check_fits(stored, layout);
  }
  const std::vector<float> values = checkpoint_parameters(file.tensors, layout);
  std::vector<std::vector<float>> parameters;
  auto next = values.begin();
  for (const ParameterLayout& member : layouts) {
    const auto end = next + static_cast<std::ptrdiff_t>(member.total_size());
    parameters.emplace_back(next, end);
    next = end;
  }
  return parameters;
}

}  // namespace plstm
