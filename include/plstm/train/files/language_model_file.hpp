#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

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

/// A language model as it stands in a file.
struct TrainedLanguageModel {
  LanguageModelConfig config;
  std::vector<float> parameters;  ///< flat, in the layout of make_language_model(config)
  std::string vocabulary;         ///< what the tokens stand for: token i is byte i; may be empty
};

/// A checkpoint (checkpoint.hpp) of the kind "language_model". Throws FileError, also if the vocabulary does
/// not fit the configuration; ConfigError naming a parameter that is not finite.
void save_language_model(const std::filesystem::path& path, const TrainedLanguageModel& model);

/// Reads it back. Throws FileError naming the file and what is wrong with it.
TrainedLanguageModel load_language_model(const std::filesystem::path& path);

}  // namespace plstm
