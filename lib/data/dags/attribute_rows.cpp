#include "data/dags/attribute_rows.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/data/number.hpp>

#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

}  // namespace

AttributeRows::AttributeRows(std::istream& stream, const std::string& name, char delimiter)
    : reader_(stream, name, {.delimiter = delimiter}),
      decimals_(reader_.delimiter()),
      has_decimal_comma_(reader_.delimiter() == ';') {
  for (const std::string& column : reader_.header()) {
    is_attribute_.push_back(!column.empty());
    if (!column.empty()) reader_.column(column);  // refuses a name that two columns have
  }
}

std::optional<std::size_t> AttributeRows::take_column(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < reader_.header().size(); ++i) {
      if (lower(reader_.header()[i]) != name) continue;
      if (found) fail_at(place(), fmt::format("two columns are called '{}'; rename one", name));
      found = i;
    }
    if (!found) continue;
    is_attribute_[*found] = false;
    return found;
  }
  return std::nullopt;
}

bool AttributeRows::next() {
  if (!reader_.next(row_)) return false;
  if (!row_.problem.empty()) fail_at(place(), row_.problem);
  return true;
}

std::string AttributeRows::id(std::size_t column, const char* what) const {
  const std::string_view text = trim(row_.fields[column]);
  if (text.empty()) fail_at(place(), fmt::format("the row has no {}", what));
  return std::string(text);
}

void AttributeRows::set(AttributeTable& table, std::size_t thing) {
  for (std::size_t i = 0; i < is_attribute_.size(); ++i) {
    if (!is_attribute_[i]) continue;
    const std::string& name = reader_.header()[i];
    AttributeValue value;
    if (const std::string_view text = trim(row_.fields[i]); !is_missing(text)) {
      value = has_decimal_comma_ ? with_point(text, name) : std::string(text);
    }
    table.set(thing, name, std::move(value));
  }
}

std::string AttributeRows::with_point(std::string_view text, const std::string& column) {
  try {
    return decimals_.with_point(text);
  } catch (const FileError& error) {
    fail_at(place(), fmt::format("column {}: {}", in_quotes(column), error.what()));
  }
}

std::string AttributeRows::place() const {
  return fmt::format("{}:{}", reader_.name(), row_.row > 0 ? row_.line : reader_.header_line());
}

std::string AttributeRows::columns() const {
  std::string text;
  for (const std::string& column : reader_.header()) {
    text += (text.empty() ? "" : " ") + in_quotes(column);
  }
  return text;
}

}  // namespace plstm
