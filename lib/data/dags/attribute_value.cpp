#include "plstm/data/dags/attribute_value.hpp"

#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

bool is_nothing(const AttributeValue& value) {
  return std::holds_alternative<std::monostate>(value);
}

std::optional<double> number_of(const AttributeValue& value) {
  double number = 0;
  if (const auto* known = std::get_if<double>(&value)) {
    number = *known;
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    std::string_view digits = trim(*text);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

std::string text_of(const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<double>(&value)) return format_number(*number);
  throw FileError(in_quotes(value) +
                  (is_nothing(value) ? ", expected a text" : " is a set of texts, expected one"));
}

std::string in_quotes(const AttributeValue& value) {
  constexpr std::size_t kMost = 40;  // characters
  std::string text = "nothing";
  if (const auto* number = std::get_if<double>(&value)) text = format_number(*number);
  if (const auto* known = std::get_if<std::string>(&value)) text = fmt::format("'{}'", *known);
  if (const auto* set = std::get_if<std::vector<std::string>>(&value))
    text = fmt::format("[{}]", fmt::join(*set, ", "));
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

}  // namespace plstm
