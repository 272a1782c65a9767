#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <plstm/core/cpu.hpp>

namespace plstm {

namespace {

InstructionSet supported() {
#if defined(PLSTM_DISPATCH)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    return avx512 ? InstructionSet::kAvx512 : InstructionSet::kAvx2;
  }
#endif
  return InstructionSet::kBaseline;
}

InstructionSet choose() {
  const char* variable = std::getenv("PLSTM_ISA");
  const std::string_view wish = variable != nullptr ? variable : "";
  if (wish == name(InstructionSet::kBaseline)) return InstructionSet::kBaseline;
  if (wish == name(InstructionSet::kAvx2)) return std::min(supported(), InstructionSet::kAvx2);
  return supported();
}

}  // namespace

InstructionSet instruction_set() {
  static const InstructionSet chosen = choose();
  return chosen;
}

std::string_view name(InstructionSet set) {
  switch (set) {
    case InstructionSet::kAvx512:
      return "avx512";
    case InstructionSet::kAvx2:
      return "avx2";
    case InstructionSet::kBaseline:
      break;
  }
  return "baseline";
}

}  // namespace plstm
