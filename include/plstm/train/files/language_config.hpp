#pragma once

#include <string>
#include <string_view>

#include <plstm/nn/sequences/language_model.hpp>

namespace plstm {

/// The configuration as JSON text, all settings by name.
std::string to_json(const LanguageModelConfig& config);

/// Inverse of to_json. Throws FileError naming the setting that is missing, unknown or of the wrong kind.
LanguageModelConfig parse_language_model_config(std::string_view json);

/// "pre_up" or "post_up".
std::string_view name(SequenceBlockKind kind);
/// "tanh", "logsigmoid" or "expexp".
std::string_view name(EigenvalueForm form);
/// "exponential_orthogonalization", "householder_orthogonalization", "qr", "eigenvalue_limit" or
/// "singular_value_limit".
std::string_view name(TransitionNorm norm);
/// Inverses of name(); throw ConfigError listing the names.
SequenceBlockKind parse_sequence_block(std::string_view text);
EigenvalueForm parse_eigenvalue_form(std::string_view text);
TransitionNorm parse_transition_norm(std::string_view text);

}  // namespace plstm
