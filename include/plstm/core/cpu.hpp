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

}  // namespace plstm
