#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// The number that `text` is as a whole. Blanks and tabs around it are ignored. It has a decimal point, whatever
/// the locale. Throws FileError "<text> is not a number", "... is not a finite number" (nan, inf) or "... is out
/// of range".
double parse_double(std::string_view text);

/// The same, rounded to float; a number beyond the range of float is an error.
float parse_float(std::string_view text);

/// The shortest text that reads back to the same bits.
std::string format_number(double value);
std::string format_number(float value);

/// Without the blanks and tabs at both ends. A view into `text`.
std::string_view trim(std::string_view text);

}  // namespace plstm
