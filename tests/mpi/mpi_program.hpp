#pragma once

#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "apps/program.hpp"

namespace plstm::test {

/// A program that mpirun starts.
class MpiProgram : public Program {
 protected:
  explicit MpiProgram(const std::string& executable) : Program(executable) {
    // Open MPI refuses root and more ranks than cores, and reaches into the memory of other ranks, which containers
    // may forbid. MPICH reads none of these.
    for (const char* name : {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM",
                             "OMPI_MCA_rmaps_base_oversubscribe", "OMPI_MCA_mpi_yield_when_idle"}) {
      ::setenv(name, "1", 1);
    }
    ::setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 1);
    ::setenv("OMPI_MCA_btl", "self,vader", 1);
  }

  /// Runs `<program> <arguments>` on ranks, whatever threads each has.
  Outcome run_on(int ranks, const std::string& arguments) const {
    return shell(fmt::format(PLSTM_MPIRUN " -n {} \"$P\" {}", ranks, arguments));
  }
};

}  // namespace plstm::test
