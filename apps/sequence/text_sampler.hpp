#pragma once

#include <cstdint>
#include <string>

#include <plstm/train/files/language_model_file.hpp>

namespace plstm::sequence {

struct SampleOptions {
  std::int64_t characters = 300;
  std::string prompt = {};     ///< text to continue; empty: the first character of the vocabulary
  double temperature = 0.8;    ///< logits are divided by it; 0: always the most likely character
  std::int64_t context = 256;  ///< largest number of characters that the model sees
  std::uint64_t seed = 0;
};

/// Throws what sample_text() would throw for these options and a model with this vocabulary.
void check_sample(const SampleOptions& options, const std::string& vocabulary);

/// The prompt and `characters` more, drawn one by one. Throws ConfigError for invalid options, or for a prompt with
/// bytes that the model does not know.
std::string sample_text(const TrainedLanguageModel& trained, const SampleOptions& options);

/// The text as standard output should get it: as it is, but on a terminal with all control characters escaped
/// except line ends and tabs, as a model repeats what was in its training text.
std::string for_standard_output(const std::string& text);

}  // namespace plstm::sequence
