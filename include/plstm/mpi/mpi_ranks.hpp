#pragma once

#include <memory>

#include <plstm/core/ranks/ranks.hpp>

namespace plstm {

/// MPI in this process, from its first call to its last; one in the life of a process, made and destroyed by the same
/// thread, and needed by every process that the launcher (mpirun, srun) has started. What Ranks promises of exceptions
/// holds for MPI, too: a rank that fails must call end_all(), as the others may wait for it for ever.
class MpiSession {
 public:
  /// Throws Error if MPI cannot be started, or was started before.
  MpiSession();
  /// Waits until all ranks have come here, unless end_all() was called.
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  /// All processes of the launcher. The session must outlive it and what it was split into. Other threads than that of
  /// the session may call its functions, one at a time.
  const Ranks& ranks() const noexcept;

  /// For a rank that is at its end: waits for the others, at most so long, and says whether all of them have come to their
  /// ends, too. Once only. It needs little of the processor.
  bool all_have_ended(double seconds) const;
  /// Ends the processes of all ranks, this one last; their exit code is `code` where the launcher passes it on.
  [[noreturn]] void end_all(int code) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plstm
