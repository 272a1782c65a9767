#include "plstm/data/split_column.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

std::optional<SplitPart> parse_split_part(std::string_view text) {
  std::string word(trim(text));
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (word == "train" || word == "training") return SplitPart::kTrain;
  if (word == "val" || word == "valid" || word == "validation" || word == "dev")
    return SplitPart::kValidation;
  if (word == "test" || word == "testing") return SplitPart::kTest;
  return std::nullopt;
}

SplitColumn read_split_column(const std::string& name, std::span<const std::string> cells,
                              std::span<const std::int64_t> lines, std::span<const std::int32_t> rows) {
  SplitColumn column;
  for (const std::int32_t row : rows) {
    const std::string& cell = cells[static_cast<std::size_t>(row)];
    if (is_missing(cell)) {
      ++column.left_out;
      continue;
    }
    const std::optional<SplitPart> part = parse_split_part(cell);
    if (!part.has_value()) {
      throw FileError(fmt::format("{}: line {}: '{}' is no part of a split; expected train, val or test",
                                  name, lines[static_cast<std::size_t>(row)], cell));
    }
    auto& list = *part == SplitPart::kTrain        ? column.split.train
                 : *part == SplitPart::kValidation ? column.split.validation
                                                   : column.split.test;
    list.push_back(row);
  }
  if (column.split.train.empty()) throw FileError(name + ": no row is for training (train)");
  return column;
}

}  // namespace plstm
