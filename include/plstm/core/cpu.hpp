#pragma once

#include <string_view>

namespace plstm {

/// Instruction sets for which the hot files are compiled.
enum class InstructionSet { kBaseline, kAvx2, kAvx512 };

/// The best set that this processor and operating system support, decided once per process. The environment
/// variable PLSTM_ISA (baseline, avx2, avx512) lowers it, for tests and comparisons; it never raises it.
InstructionSet instruction_set();

/// "baseline", "avx2" or "avx512".
std::string_view name(InstructionSet set);

/// Instructions that make products of Precision::kBfloat16.
enum class Bfloat16Products { kNone, kAvx512, kAmx };

/// AMX if processor, operating system and build have it; otherwise AVX-512 BF16 if they have that; otherwise
/// none. Decided once per process. The first call asks Linux for the right to use AMX in all threads.
/// PLSTM_ISA=avx512 excludes AMX; lower sets exclude both.
Bfloat16Products bfloat16_products();

/// "none", "avx512_bf16" or "amx_bf16".
std::string_view name(Bfloat16Products products);

}  // namespace plstm
