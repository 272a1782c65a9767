#pragma once

#include <functional>
#include <string>

#include <plstm/core/ranks/ranks.hpp>

namespace plstm::apps {

/// How a command ended, and what is to be said of it.
struct Ending {
  int code = 0;
  std::string message = {};  ///< a line for stderr
  bool failed = false;       ///< else it is what the user asked for
};

/// Calls `body` with the ranks of the launcher (mpirun, srun) that has started this process, or with one rank, says its
/// message and returns its code. Standard output and errors of all ranks but the first lead nowhere. Where some ranks
/// fail and others do not, the failed one ends all. A launcher of several processes is refused by a build without MPI:
/// each would do the whole work and write the same files.
int run_on_ranks(const std::string& program, const std::function<Ending(const Ranks&)>& body);

}  // namespace plstm::apps
