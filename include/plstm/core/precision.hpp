#pragma once

#include <string_view>

namespace plstm {

/// How the factors of float products are read. All else stays float: sums, results, parameters, gradients,
/// files.
enum class Precision {
  kFloat,
  /// Rounded to bfloat16, the upper half of a float: the same range, 8 bits of precision, so that a factor is
  /// off by 0.4 % at most. Sums are made in float. Two to four times as fast where the processor can.
  kBfloat16,
};

/// "float" or "bfloat16".
std::string_view name(Precision precision);
/// Inverse of name(); throws ConfigError listing the names.
Precision parse_precision(std::string_view text);

/// Throws ConfigError if products of this precision cannot be made here, see bfloat16_products() in cpu.hpp.
void check_precision(Precision precision);

}  // namespace plstm
