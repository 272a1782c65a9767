#include "data/files/csv_dialect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace plstm {

namespace {

constexpr std::size_t kRowsLookedAt = 50;

// Number of fields of each of the first rows without blank rows. The last row is left out if it may be incomplete.
std::vector<std::size_t> widths(std::string_view text, char delimiter, bool complete) {
  std::vector<std::size_t> result;
  std::size_t width = 1;
  bool quoted = false, blank = true, begins = true;
  for (const char c : text) {
    if (c == '"' && (quoted || begins)) {
      quoted = !quoted;
      begins = true;  // a doubled quote opens again
      blank = false;
      continue;
    }
    begins = false;
    if (quoted) continue;
    if (c == '\n') {
      if (!blank) result.push_back(width);
      if (result.size() == kRowsLookedAt) return result;
      width = 1;
      blank = begins = true;
    } else if (c == delimiter) {
      ++width;
      blank = false;
      begins = true;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      blank = false;
    }
  }
  if (complete && !blank) result.push_back(width);
  return result;
}

// Share of the rows that are as wide as the first one; -1 if the first row does not contain the delimiter.
double regularity(std::string_view text, char delimiter, bool complete) {
  const std::vector<std::size_t> rows = widths(text, delimiter, complete);
  if (rows.empty() || rows.front() < 2) return -1;
  return static_cast<double>(std::ranges::count(rows, rows.front())) / static_cast<double>(rows.size());
}

}  // namespace

std::optional<char> named_delimiter(std::string_view text) {
  constexpr std::string_view kWord = "sep=";
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.size() < kWord.size() + 1) return std::nullopt;
  for (std::size_t i = 0; i < kWord.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != kWord[i]) return std::nullopt;
  }
  const char delimiter = text[kWord.size()];
  if (delimiter != ',' && delimiter != ';' && delimiter != '\t' && delimiter != '|') return std::nullopt;
  std::string_view rest = text.substr(kWord.size() + 1);
  while (!rest.empty() && (rest.front() == '"' || rest.front() == '\r')) rest.remove_prefix(1);
  return rest.empty() || rest.front() == '\n' ? std::optional(delimiter) : std::nullopt;
}

std::size_t lines_marked(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size() && text[begin] == '#') {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return 0;
    begin = end + 1;
  }
  return begin < text.size() ? begin : 0;
}

std::size_t size_of_comments(std::string_view text, std::size_t marked, char delimiter) {
  const auto width_at = [&](std::size_t begin) {
    const bool complete = true;
    const std::vector<std::size_t> rows =
        widths(text.substr(begin, text.find('\n', begin) - begin), delimiter, complete);
    return rows.empty() ? 0 : rows.front();
  };
  const std::size_t width = width_at(marked);
  std::size_t begin = 0;
  while (begin < marked && width_at(begin) != width) begin = text.find('\n', begin) + 1;
  return begin;
}

char detect_delimiter(std::string_view text, char preferred, bool complete) {
  char best = preferred;
  double most = regularity(text, preferred, complete);
  for (const char candidate : {';', '\t', ',', '|'}) {
    const double value = regularity(text, candidate, complete);
    if (value <= most) continue;
    most = value;
    best = candidate;
  }
  return best;
}

}  // namespace plstm
