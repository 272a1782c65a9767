#include "plstm/learn/plots/number_format.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace plstm {
namespace {

constexpr const char* kMinus = "\u2212";

// Whether all digits of the text of a number are zeros.
bool is_zero(const std::string& text) {
  return std::ranges::none_of(text, [](char c) { return c >= '1' && c <= '9'; });
}

}  // namespace

NumberFormat common_format(std::span<const double> values, int digits) {
  double largest = 0;
  for (const double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  if (largest == 0) return {0, false};
  const int exponent = static_cast<int>(std::floor(std::log10(largest)));
  if (exponent >= 7 || exponent < -4) return {std::max(digits - 2, 0), true};
  // A number below 1 shows one digit less: ".7691" says more than most scores know.
  return {std::max(digits - 1 - std::max(exponent, 0) - (exponent < 0 ? exponent + 1 : 0), 0), false};
}

std::string format_in(const NumberFormat& format, double value) {
  if (!std::isfinite(value)) return "undefined";
  std::string text = format.scientific ? fmt::format("{:.{}e}", std::abs(value), format.decimals)
                                       : fmt::format("{:.{}f}", std::abs(value), format.decimals);
  if (format.scientific) {
    const std::size_t at = text.find('e');
    const int exponent = std::stoi(text.substr(at + 1));
    text = text.substr(0, at) +
           (exponent == 0 ? "" : fmt::format("e{}{}", exponent < 0 ? kMinus : "", std::abs(exponent)));
    if (value == 0) text = "0";
  }
  return (value < 0 && !is_zero(text) ? kMinus : "") + text;
}

std::string format_alone(double value, int digits) {
  return format_in(common_format({&value, 1}, digits), value);
}

std::string format_count(long long count) {
  std::string text = fmt::format("{}", count);
  for (std::ptrdiff_t at = std::ssize(text) - 3; at > (count < 0 ? 1 : 0); at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

}  // namespace plstm
