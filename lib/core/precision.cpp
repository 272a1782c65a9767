#include "plstm/core/precision.hpp"

#include <string>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>

namespace plstm {

std::string_view name(Precision precision) {
  return precision == Precision::kBfloat16 ? "bfloat16" : "float";
}

Precision parse_precision(std::string_view text) {
  for (const Precision precision : {Precision::kFloat, Precision::kBfloat16}) {
    if (text == name(precision)) return precision;
  }
  throw ConfigError("precision '" + std::string(text) + "' is unknown; expected float or bfloat16");
}

void check_precision(Precision precision) {
  if (precision != Precision::kBfloat16 || bfloat16_products() != Bfloat16Products::kNone) return;
  throw ConfigError(
      "precision bfloat16 needs a processor with AMX or AVX-512 BF16, a build for x86-64 that has them, and "
      "a PLSTM_ISA that is not below avx512; choose precision float");
}

}  // namespace plstm
