#include "plstm/data/value_list.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

namespace plstm {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  return text.size() <= kMost ? std::string(text) : std::string(text.substr(0, kMost)) + "...";
}

// Calls see(place) for each character that stands outside of quotation marks. A quotation mark opens at the beginning
// of a value only, as in "5'" it belongs to the value.
template <class See>
void outside_quotes(std::string_view text, const See& see) {
  char open = 0, before = ' ';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (open != 0) {
      if (c == open) open = 0;
    } else if ((c == '\'' || c == '"') &&
               (before == ',' || before == ';' || kBlanks.find(before) != kBlanks.npos)) {
      open = c;
    } else {
      see(i);
    }
    before = c;
  }
  if (open != 0) {
    throw FileError(fmt::format("the list '{}' has a quotation mark that is not closed", shown(text)));
  }
}

std::string value_of(std::string_view text) {
  text = without_blanks(text);
  const bool quoted =
      text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.front() == text.back();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

// 0 for blanks.
char separator_of(std::string_view text) {
  bool commas = false, semicolons = false;
  outside_quotes(text, [&](std::size_t i) {
    commas = commas || text[i] == ',';
    semicolons = semicolons || text[i] == ';';
    if (text[i] == '[' || text[i] == ']') {
      throw FileError(
          fmt::format("the list '{}' has a bracket inside; a list of single values is read", shown(text)));
    }
  });
  if (commas && semicolons) {
    throw FileError(fmt::format(
        "the list '{}' has commas and semicolons between its values; numbers in lists have a decimal point",
        shown(text)));
  }
  return semicolons ? ';' : commas ? ',' : '\0';
}

std::vector<std::string> values_between(std::string_view text, char separator) {
  std::vector<std::string> values;
  std::size_t begin = 0;
  outside_quotes(text, [&](std::size_t i) {
    const bool ends = separator == '\0' ? kBlanks.find(text[i]) != kBlanks.npos : text[i] == separator;
    if (!ends) return;
    if (separator != '\0' || i > begin) values.push_back(value_of(text.substr(begin, i - begin)));
    begin = i + 1;
  });
  if (separator != '\0' || text.size() > begin) values.push_back(value_of(text.substr(begin)));
  return values;
}

bool needs_quotes(const std::string& value) {
  return value.empty() || value.find_first_of(" \t\r\n,;[]'\"") != std::string::npos;
}

}  // namespace

std::vector<std::string> split_value_list(std::string_view text) {
  std::string_view rest = without_blanks(text);
  std::optional<std::string> missing;
  if (!rest.empty() && rest.front() == '[') {
    const std::size_t end = rest.find(']');
    if (end != std::string_view::npos && end + 1 < rest.size() &&
        kBlanks.find(rest[end + 1]) != kBlanks.npos) {
      missing = std::string(rest.substr(1, end - 1));
      rest = without_blanks(rest.substr(end + 1));
    } else if (rest.back() == ']') {
      rest = without_blanks(rest.substr(1, rest.size() - 2));
    }
  }
  if (rest.empty()) return {};
  std::vector<std::string> values = values_between(rest, separator_of(rest));
  for (std::string& value : values) {
    if (value == missing) value.clear();
  }
  return values;
}

std::string join_value_list(std::span<const std::string> values) {
  std::string text = "[";
  for (const std::string& value : values) {
    if (text.size() > 1) text += ", ";
    if (!needs_quotes(value)) {
      text += value;
      continue;
    }
    const char quote = value.find('\'') == std::string::npos ? '\'' : '"';
    text += quote + value + quote;
  }
  return text + "]";
}

std::vector<std::string> as_lists(std::span<const std::vector<std::string>> rows, std::size_t width) {
  std::vector<std::string> lists;
  for (std::size_t column = 0; column < width; ++column) {
    std::vector<std::string> values;
    for (const std::vector<std::string>& row : rows)
      values.push_back(row[column].empty() ? "nan" : row[column]);
    lists.push_back(join_value_list(values));
  }
  return lists;
}

}  // namespace plstm
