#include "plstm/train/files/language_config.hpp"

#include <array>

#include "config_json.hpp"
#include "tracking_settings.hpp"

namespace plstm {
namespace {

constexpr std::array<Named<SequenceBlockKind>, 2> kSequenceBlockNames{
    {{SequenceBlockKind::kPreUp, "pre_up"}, {SequenceBlockKind::kPostUp, "post_up"}}};
constexpr auto for_each_setting = [](auto& c, auto& f) {
  f("vocabulary", c.vocabulary);
  f("outputs", c.outputs);
  f("block", c.block, kSequenceBlockNames);
  f("width", c.width);
  f("blocks", c.blocks);
  f("heads", c.heads);
  for_each_tracking_width(c.tracking, f);
  f("sub_head_width", c.sub_head_width);
  f("taps", c.taps);
  f("gate_weights", c.gate_weights);
  f("passthrough", c.passthrough);
  f("eigenvalues", c.eigenvalues, kEigenvalueNames);
  f("transition_norm", c.norm, kTransitionNormNames);
  f("source_bias", c.gates.source_bias);
  f("mark_bias", c.gates.mark_bias);
  f("direct_bias", c.gates.direct_bias);
  f("gate_weight_std", c.gates.weight_std);
  for_each_transition_init(c.transition, f);
  f("tied_head", c.tied_head);
  f("soft_cap", c.soft_cap);
  f("dropout", c.dropout);
  f("epsilon", c.epsilon);
};

constexpr std::array<FormerName, 1> kFormerNames{{{"transition_norm", "norm"}}};

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
  return read_config<LanguageModelConfig>(text, for_each_setting, {.former_names = kFormerNames});
}

}  // namespace plstm
