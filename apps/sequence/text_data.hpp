#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace plstm::sequence {

/// A text as tokens, cut into training and validation sequences. Characters are bytes.
struct TextData {
  std::string vocabulary;            ///< the bytes that occur, ascending: token i is byte i
  std::vector<std::int32_t> tokens;  ///< the whole text
  std::vector<std::int64_t>
      starts;                  ///< beginnings of the training sequences, then of the validation sequences
  std::int64_t train = 0;      ///< number of training sequences
  std::vector<float> targets;  ///< [sequences, length], the token after each position
  std::int64_t length = 0;
  std::string sha256;  ///< of the text
};

struct TextSplit {
  std::int64_t length = 128;  ///< length of a sequence
  double validation = 0.1;    ///< share of the text, at its end
  std::int64_t validation_most =
      1 << 17;  ///< largest number of characters that are used, from the start of that part
};

/// Reads a file, or standard input for the path "-". Sequences follow each other, so that each character is a target
/// once. Throws FileError if the file cannot be read, is empty, is larger than 1 GiB, or is too short for two sequences,
/// and ConfigError for an invalid split.
TextData read_text_data(const std::filesystem::path& path, const TextSplit& split);

/// Tokens of `text`. Throws ConfigError naming a byte that is not in the vocabulary.
std::vector<std::int32_t> tokens_of(const std::string& text, const std::string& vocabulary);

/// Bits per character of the validation part when characters are predicted by their counts in the training part, with
/// one added to each count. This is the baseline that a model must beat.
double unigram_bits(const TextData& data);

}  // namespace plstm::sequence
