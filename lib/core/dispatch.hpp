#pragma once

#include <plstm/core/cpu.hpp>

#include "core/isa.hpp"

namespace plstm {

/// The table of the instruction set in use, see isa.hpp. Thread-safe; the first call makes the choice.
template <class Table>
const Table& kernels() {
#if defined(PLSTM_DISPATCH)
  static const Table table = [] {
    switch (instruction_set()) {
      case InstructionSet::kAvx512:
        return Table::template make<isa_avx512::Isa>();
      case InstructionSet::kAvx2:
        return Table::template make<isa_avx2::Isa>();
      default:
        return Table::template make<isa_baseline::Isa>();
    }
  }();
#else
  static const Table table = Table::template make<isa_baseline::Isa>();
#endif
  return table;
}

}  // namespace plstm
