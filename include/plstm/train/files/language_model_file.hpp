#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <plstm/train/files/language_config.hpp>

namespace plstm {

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
