#include "plstm/data/decimal.hpp"

#include <algorithm>
#include <cstddef>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Parts of a number: sign, digits and separators, exponent.
struct NumberText {
  std::string_view sign, body;
  bool is_number = false;
};

NumberText split_number(std::string_view text) {
  NumberText number;
  const std::size_t sign = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  number.sign = text.substr(0, sign);
  text.remove_prefix(sign);
  const std::size_t end = std::min(text.find_first_not_of("0123456789.,"), text.size());
  number.body = text.substr(0, end);
  std::string_view exponent = text.substr(end);
  number.is_number = std::ranges::any_of(number.body, is_digit);
  if (exponent.empty()) return number;
  const bool has_exponent = exponent[0] == 'e' || exponent[0] == 'E';
  exponent.remove_prefix(1);
  if (!exponent.empty() && (exponent[0] == '+' || exponent[0] == '-')) exponent.remove_prefix(1);
  number.is_number =
      number.is_number && has_exponent && !exponent.empty() && std::ranges::all_of(exponent, is_digit);
  return number;
}

// True for "1,234" and "12,345", but not for "0,234", "1,23" and "1234,567".
bool may_be_thousands(std::string_view body) {
  const std::size_t comma = body.find(',');
  return comma >= 1 && comma <= 3 && body[0] != '0' && body.size() - comma - 1 == 3;
}

}  // namespace

std::string DecimalReader::with_point(std::string_view text) {
  const std::string_view trimmed = trim(text);
  std::string result(trimmed);
  const NumberText number = split_number(trimmed);
  if (!number.is_number) return result;
  const auto commas = std::ranges::count(number.body, ',');
  const auto points = std::ranges::count(number.body, '.');
  const std::string quoted = "'" + result + "'";
  if (commas > 1 || points > 1 || (commas == 1 && points == 1)) {
    throw FileError(quoted +
                    " has thousands separators; write the number with a decimal point and without them");
  }
  if (commas == 0) {
    if (points == 1 && seen_comma_) {
      throw FileError(quoted +
                      " has a decimal point, but numbers before it have a decimal comma; write all of them "
                      "with a decimal point");
    }
    seen_point_ = seen_point_ || points == 1;
    return result;
  }
  if (seen_point_) {
    throw FileError(quoted +
                    " has a comma, but numbers before it have a decimal point; write all of them with a "
                    "decimal point and without thousands separators");
  }
  if (!comma_is_decimal_ && !seen_comma_ && may_be_thousands(number.body)) {
    throw FileError(quoted +
                    " can be read in two ways; write the number with a decimal point and without thousands "
                    "separators");
  }
  seen_comma_ = true;
  result[result.find(',')] = '.';
  return result;
}

}  // namespace plstm
