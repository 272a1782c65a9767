#pragma once

#include <plstm/core/cpu.hpp>

/// PLSTM_FASTEST(kernels_of): kernels_of(isa) for the namespace of the instruction set in use, of those that
/// the hot files were compiled for.
#if defined(PLSTM_DISPATCH)
#define PLSTM_FASTEST(kernels_of)                                        \
  (instruction_set() == InstructionSet::kAvx512 ? kernels_of(isa_avx512) \
   : instruction_set() == InstructionSet::kAvx2 ? kernels_of(isa_avx2)   \
                                                : kernels_of(isa_baseline))
#else
#define PLSTM_FASTEST(kernels_of) kernels_of(isa_baseline)
#endif
