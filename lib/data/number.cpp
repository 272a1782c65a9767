#include "plstm/data/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

namespace {

constexpr std::string_view kMinus = "\xE2\x88\x92";  // U+2212, which text programs put for a hyphen

template <class Real>
Real parse(std::string_view text) {
  const std::string_view trimmed = trim(text);
  std::string_view digits = trimmed;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  std::string with_minus;
  if (digits.starts_with(kMinus)) {
    with_minus.append("-").append(digits.substr(kMinus.size()));
    digits = with_minus;
  }
  Real value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) {
    throw FileError(fmt::format("'{}' is not a number", trimmed));
  }
  if (error == std::errc::result_out_of_range) throw FileError(fmt::format("'{}' is out of range", trimmed));
  if (!std::isfinite(value)) throw FileError(fmt::format("'{}' is not a finite number", trimmed));
  return value;
}

template <class Real>
std::string format(Real value) {
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), result.ptr);
}

}  // namespace

double parse_double(std::string_view text) {
  return parse<double>(text);
}
float parse_float(std::string_view text) {
  return parse<float>(text);
}

std::string format_number(double value) {
  return format(value);
}
std::string format_number(float value) {
  return format(value);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace plstm
