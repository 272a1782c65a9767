#pragma once

#include <string_view>

namespace plstm {

/// How the factors of float products are read. Everything else is always float: sums, results, parameters,
/// gradients, files.
enum class Precision {
  kFloat,
  /// Factors are rounded to bfloat16, the upper half of a float. It has the same range and 8 bits of precision, so
  /// the error of a factor is at most 0.4 %. Two to four times as fast on processors with the instructions.
  kBfloat16,
};

/// "float" or "bfloat16".
std::string_view name(Precision precision);
/// Inverse of name(); throws ConfigError listing the names.
Precision parse_precision(std::string_view text);

/// Throws ConfigError if this machine has no products of this precision; see bfloat16_products() in cpu.hpp.
void check_precision(Precision precision);

}  // namespace plstm
