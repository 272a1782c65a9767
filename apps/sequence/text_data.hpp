#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace plstm::sequence {

/// A text as tokens, and its cut into training and validation sequences. Characters are bytes.
struct TextData {
  std::string vocabulary;            ///< the bytes that occur, ascending: token i is byte i
  std::vector<std::int32_t> tokens;  ///< of the whole text
  std::vector<std::int64_t> starts;  ///< of the sequences: those for training, then those for validation
  std::int64_t train = 0;            ///< how many of them are for training
  std::vector<float> targets;        ///< [sequences, length], the token after each position
  std::int64_t length = 0;
};

struct TextSplit {
  std::int64_t length = 128;  ///< of a sequence
  double validation = 0.1;    ///< share of the text, its end
  std::int64_t validation_most =
      1 << 17;  ///< characters of that part that are judged at most, from its start
};

/// Sequences lie one after the other, so that each character is asked for once. Throws FileError if the file
/// cannot be read or is empty or too short for two sequences, ConfigError for a split that makes no sense.
TextData read_text_data(const std::filesystem::path& path, const TextSplit& split);

/// Tokens of `text`. Throws ConfigError naming a byte that is not in the vocabulary.
std::vector<std::int32_t> tokens_of(const std::string& text, const std::string& vocabulary);

/// Bits per character of the validation part by counts of single characters in the training part, with one
/// added to each: what a model must beat.
double unigram_bits(const TextData& data);

}  // namespace plstm::sequence
