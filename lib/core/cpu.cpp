#include "plstm/core/cpu.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#if defined(PLSTM_BFLOAT16_AMX) && defined(__linux__)
#include <cpuid.h>
#include <syscall.h>
#include <unistd.h>
#endif

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

std::string_view wish_of_environment() {
  const char* variable = std::getenv("PLSTM_ISA");
  return variable != nullptr ? variable : "";
}

InstructionSet choose() {
  const std::string_view wish = wish_of_environment();
  if (wish == name(InstructionSet::kBaseline)) return InstructionSet::kBaseline;
  if (wish == name(InstructionSet::kAvx2)) return std::min(supported(), InstructionSet::kAvx2);
  return supported();
}

#if defined(PLSTM_BFLOAT16_AVX512)
// AMX needs a processor that has it, an operating system that saves tiles, and the permission of the system,
// which is given to the whole process.
bool may_use_amx() {
#if defined(PLSTM_BFLOAT16_AMX) && defined(__linux__)
  constexpr unsigned kBfloat16Bit = 1u << 22, kTileBit = 1u << 24, kOsSavesBit = 1u << 27;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kBfloat16Bit) == 0 || (d & kTileBit) == 0)
    return false;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kOsSavesBit) == 0) return false;
  constexpr unsigned kTileState = 3u << 17;
  unsigned low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & kTileState) != kTileState) return false;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}
#endif

Bfloat16Products choose_bfloat16() {
#if defined(PLSTM_BFLOAT16_AVX512)
  if (instruction_set() == InstructionSet::kAvx512 && __builtin_cpu_supports("avx512bf16")) {
    if (wish_of_environment() != name(InstructionSet::kAvx512) && may_use_amx())
      return Bfloat16Products::kAmx;
    return Bfloat16Products::kAvx512;
  }
#endif
  return Bfloat16Products::kNone;
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

Bfloat16Products bfloat16_products() {
  static const Bfloat16Products chosen = choose_bfloat16();
  return chosen;
}

std::string_view name(Bfloat16Products products) {
  switch (products) {
    case Bfloat16Products::kAmx:
      return "amx_bf16";
    case Bfloat16Products::kAvx512:
      return "avx512_bf16";
    case Bfloat16Products::kNone:
      break;
  }
  return "none";
}

}  // namespace plstm
