#include "plstm/data/missing.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <plstm/data/number.hpp>

namespace plstm {

namespace {

// In lower case. C libraries print the words with "ind" and "qnan" for a value that is not a number, and databases "\N".
// The last three are dashes of Unicode.
// clang-format off
constexpr auto kWords = std::to_array<std::string_view>({
    "-", "--", "---", "?", "??", ".", "na", "n/a", "n.a.", "n.a", "nan", "-nan", "+nan", "nd", "n/d",
    "n.d.", "n.d", "null", "(null)", "none", "nil", "missing", "<na>", "#n/a", "#n/a n/a", "#na",
    "#null!", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "#value!", "#div/0!", "#num!", "#ref!",
    "#name?", "nan(ind)", "-nan(ind)", "nat", "\\n", "unknown", "no data", "no value", "not measured",
    "not determined", "not available", "\xE2\x88\x92", "\xE2\x80\x93", "\xE2\x80\x94"});
// clang-format on

}  // namespace

bool is_missing(std::string_view text) {
  std::string word(trim(text));
  constexpr std::size_t kLongest = 14;
  if (word.empty()) return true;
  if (word.size() > kLongest) return false;
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::find(kWords, word) != kWords.end();
}

}  // namespace plstm
