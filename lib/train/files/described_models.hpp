#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/files/checkpoint.hpp>

#include "config_json.hpp"

// What the model files of all families have in common: a description, a JSON object with the configuration under
// "config", and the parameters by name.
namespace plstm {

/// One model as it goes into a file.
struct DescribedModel {
  nlohmann::ordered_json description;
  ParameterLayout layout;
  std::span<const float> parameters;  ///< flat, in `layout`
};

/// Writes a checkpoint of that kind. Throws as save_checkpoint.
void save_described_model(const std::filesystem::path& path, const std::string& kind,
                          const DescribedModel& model, StoredPrecision stored = StoredPrecision::kFloat,
                          std::span<const Tensor> others = {});

/// Writes several models into one checkpoint: the description is a list "members", and names of parameters have
/// "members.<i>." before them. `others` are tensors that are no parameters. Throws as save_checkpoint.
void save_described_models(const std::filesystem::path& path, const std::string& kind,
                           std::span<const DescribedModel> models,
                           StoredPrecision stored = StoredPrecision::kFloat,
                           std::span<const Tensor> others = {});

/// Which kinds of checkpoints hold one model, and which one several.
struct ModelKinds {
  std::vector<std::string_view> one;
  std::string_view several = {};
  /// How the names of tensors begin that are no parameters.
  std::vector<std::string_view> others = {};
};

/// The descriptions in a file, and its tensors.
struct DescriptionFile {
  TensorFile tensors;          ///< the parameters
  std::vector<Tensor> others;  ///< see ModelKinds
  std::string kind;
  std::vector<nlohmann::ordered_json> descriptions;  ///< at least one
  bool several = false;
};

/// Throws FileError naming the file.
DescriptionFile read_descriptions(const std::filesystem::path& path, const ModelKinds& kinds);

/// The parameters of each model, in its layout; a layout that `file` cannot fill costs no memory. Throws FileError
/// (without the name of the file).
std::vector<std::vector<float>> read_parameters(const DescriptionFile& file,
                                                std::span<const ParameterLayout> layouts);

/// The text of the configuration in a description. Throws FileError if it is missing.
std::string config_text(const nlohmann::ordered_json& description);

/// The configuration in a description, which `parse` reads from JSON text.
template <class Parse>
auto read_config_entry(const nlohmann::ordered_json& description, const Parse& parse) {
  return parse(config_text(description));
}

/// Reads all models of a file: parse(kind, description) makes one, without its parameters, and layout_of(model) says
/// which it has. Tensors that are no parameters are moved to `others`. Throws FileError naming the file and what is wrong
/// with it.
template <class Parse, class LayoutOf>
auto load_described_models(const std::filesystem::path& path, const ModelKinds& kinds, const Parse& parse,
                           const LayoutOf& layout_of, std::vector<Tensor>* others = nullptr) {
  DescriptionFile file = read_descriptions(path, kinds);
  if (others != nullptr) *others = std::move(file.others);
  try {
    std::vector<decltype(parse(file.kind, file.descriptions.front()))> models;
    std::vector<ParameterLayout> layouts;
    for (const auto& description : file.descriptions) {
      models.push_back(parse(file.kind, description));
      layouts.push_back(layout_of(models.back()));
      check_fits(size_of(file.tensors), layouts.back());
    }
    std::vector<std::vector<float>> parameters = read_parameters(file, layouts);
    for (std::size_t i = 0; i < models.size(); ++i) models[i].parameters = std::move(parameters[i]);
    return models;
  } catch (const std::exception& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", path.string(), error.what()));
  }
}

}  // namespace plstm
