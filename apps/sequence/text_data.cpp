#include "text_data.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/whole_file.hpp>

namespace plstm::sequence {
namespace {

// Each becomes a token and a target, which take nine times as much.
constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;

std::string read_file(const std::filesystem::path& path) {
  std::string text = read_whole_file(path == "-" ? "/dev/stdin" : path, kMostBytes);
  if (text.empty()) throw FileError(path.string() + ": the file is empty, there is nothing to learn");
  return text;
}

// Appends the sequences of the tokens first .. end - 1.
void cut(TextData& data, std::int64_t first, std::int64_t end) {
  for (std::int64_t start = first; start + data.length < end; start += data.length) {
    data.starts.push_back(start);
    for (std::int64_t i = 1; i <= data.length; ++i) {
      data.targets.push_back(static_cast<float>(data.tokens[static_cast<std::size_t>(start + i)]));
    }
  }
}

}  // namespace

std::vector<std::int32_t> tokens_of(const std::string& text, const std::string& vocabulary) {
  std::array<std::int32_t, 256> token{};
  token.fill(-1);
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    token[static_cast<unsigned char>(vocabulary[i])] = static_cast<std::int32_t>(i);
  }
  std::vector<std::int32_t> tokens;
  tokens.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (token[byte] < 0) {
      throw ConfigError(
          fmt::format("the model does not know the byte {:#04x}: it is not in its training text", byte));
    }
    tokens.push_back(token[byte]);
  }
  return tokens;
}

TextData read_text_data(const std::filesystem::path& path, const TextSplit& split) {
  if (split.length < 1) throw ConfigError(fmt::format("--length is {}, expected at least 1", split.length));
  if (!(split.validation > 0 && split.validation < 1)) {
    throw ConfigError(fmt::format("--validation is {}, expected a share between 0 and 1", split.validation));
  }
  const std::string text = read_file(path);
  TextData data;
  data.length = split.length;
  data.sha256 = sha256_of(text);
  std::array<bool, 256> seen{};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = true;
  for (std::size_t byte = 0; byte < seen.size(); ++byte) {
    if (seen[byte]) data.vocabulary.push_back(static_cast<char>(byte));
  }
  data.tokens = tokens_of(text, data.vocabulary);
  const auto size = std::ssize(data.tokens);
  const auto border = static_cast<std::int64_t>(static_cast<double>(size) * (1 - split.validation));
  cut(data, 0, border);
  data.train = std::ssize(data.starts);
  cut(data, border, std::min<std::int64_t>(size, border + split.validation_most + 1));
  if (data.train == 0 || data.train == std::ssize(data.starts)) {
    throw FileError(
        fmt::format("{}: {} characters are too few for sequences of {} in both parts; give a longer text "
                    "or a smaller --length",
                    path.string(), size, split.length));
  }
  return data;
}

double unigram_bits(const TextData& data) {
  std::vector<double> counts(data.vocabulary.size(), 1.0);
  double total = static_cast<double>(counts.size());
  const auto train_targets = data.targets.begin() + data.train * data.length;
  for (auto target = data.targets.begin(); target != train_targets; ++target, ++total) {
    counts[static_cast<std::size_t>(*target)] += 1;
  }
  double bits = 0;
  for (auto target = train_targets; target != data.targets.end(); ++target) {
    bits -= std::log2(counts[static_cast<std::size_t>(*target)] / total);
  }
  return bits / static_cast<double>(data.targets.end() - train_targets);
}

}  // namespace plstm::sequence
