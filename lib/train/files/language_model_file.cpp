#include "plstm/train/files/language_model_file.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/files/checkpoint.hpp>

#include "config_json.hpp"
#include "transition_names.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "language_model";
constexpr std::array<std::string_view, 2> kEntries{"config", "vocabulary"};

void check_vocabulary(const TrainedLanguageModel& model) {
  const auto characters = static_cast<Index>(model.vocabulary.size());
  if (characters != 0 && characters != model.config.vocabulary) {
    throw FileError(fmt::format("its vocabulary has {} characters, its configuration {} tokens", characters,
                                model.config.vocabulary));
  }
}

constexpr std::array<Named<SequenceBlockKind>, 2> kSequenceBlockNames{
    {{SequenceBlockKind::kPreUp, "pre_up"}, {SequenceBlockKind::kPostUp, "post_up"}}};
constexpr auto for_each_setting = [](auto& c, auto& f) {
  f("vocabulary", c.vocabulary);
  f("outputs", c.outputs);
  f("block", c.block, kSequenceBlockNames);
  f("width", c.width);
  f("blocks", c.blocks);
  f("heads", c.heads);
  f("JT", c.tracking.state);
  f("JK", c.tracking.key);
  f("JV", c.tracking.value);
  f("JO", c.tracking.output);
  f("JQ", c.tracking.query);
  f("sub_head_width", c.sub_head_width);
  f("taps", c.taps);
  f("gate_weights", c.gate_weights);
  f("passthrough", c.passthrough);
  f("eigenvalues", c.eigenvalues, kEigenvalueNames);
  f("norm", c.norm, kTransitionNormNames);
  f("source_bias", c.gates.source_bias);
  f("mark_bias", c.gates.mark_bias);
  f("direct_bias", c.gates.direct_bias);
  f("gate_weight_std", c.gates.weight_std);
  f("eigenvalue_low", c.transition.eigenvalue_low);
  f("eigenvalue_high", c.transition.eigenvalue_high);
  f("eigenvalue_weight_std", c.transition.weight_std);
  f("matrix_bias", c.transition.matrix_bias);
  f("matrix_weight_std", c.transition.matrix_std);
  f("tied_head", c.tied_head);
  f("soft_cap", c.soft_cap);
  f("dropout", c.dropout);
  f("epsilon", c.epsilon);
};

}  // namespace

std::string_view name(SequenceBlockKind kind) {
  return name_of(kSequenceBlockNames, kind);
}
std::string_view name(EigenvalueForm form) {
  return name_of(kEigenvalueNames, form);
}
std::string_view name(TransitionNorm norm) {
  return name_of(kTransitionNormNames, norm);
}
SequenceBlockKind parse_sequence_block(std::string_view text) {
  return parse_named(kSequenceBlockNames, "block", text);
}
EigenvalueForm parse_eigenvalue_form(std::string_view text) {
  return parse_named(kEigenvalueNames, "eigenvalue form", text);
}
TransitionNorm parse_transition_norm(std::string_view text) {
  return parse_named(kTransitionNormNames, "normalisation", text);
}

std::string to_json(const LanguageModelConfig& config) {
  return write_config(config, for_each_setting);
}

LanguageModelConfig parse_language_model_config(std::string_view text) {
  return read_config<LanguageModelConfig>(text, for_each_setting);
}

void save_language_model(const std::filesystem::path& path, const TrainedLanguageModel& model) {
  Json json;
  json["config"] = Json::parse(to_json(model.config));
  json["vocabulary"] = Json::array();
  for (const char byte : model.vocabulary) json["vocabulary"].push_back(static_cast<unsigned char>(byte));
  check_vocabulary(model);
  const LanguageModel made = make_language_model(model.config);
  save_checkpoint(path, {kKind, json.dump()}, made.layout, model.parameters);
}

TrainedLanguageModel load_language_model(const std::filesystem::path& path) {
  const TensorFile file = read_checkpoint(path);
  const CheckpointInfo info = read_checkpoint_info(path, file, kKind);
  TrainedLanguageModel model;
  try {
    const Json json = parse_json_object(info.json, "its description");
    check_keys(json, kEntries);
    const auto bytes = read_entry<std::vector<std::uint8_t>>(json, "vocabulary");
    model.vocabulary.assign(bytes.begin(), bytes.end());
    if (!json.contains("config")) throw FileError("its description is damaged: 'config' is missing");
    model.config = parse_language_model_config(json["config"].dump());
    check_vocabulary(model);
    const ParameterLayout layout = make_language_model(model.config).layout;
    check_fits(size_of(file), layout);
    model.parameters = checkpoint_parameters(file, layout);
  } catch (const std::exception& error) {
    throw FileError(fmt::format("{}: not a usable model: {}", path.string(), error.what()));
  }
  return model;
}

}  // namespace plstm
