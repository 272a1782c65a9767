#pragma once

#include <optional>
#include <stdexcept>
#include <string>

namespace plstm::apps {

/// While one exists, the first Ctrl-C (SIGINT), SIGTERM, SIGHUP (the terminal is gone) or SIGUSR1 (with which batch
/// systems say that the time is nearly over) does not end the program: it is remembered, so that work can be put in
/// order. A further Ctrl-C or SIGTERM ends the program at once. The destructor restores what was before. One at a time.
class StopSignal {
 public:
  /// `seconds` from now on count as a signal (SIGALRM), too; absent: there is no limit.
  explicit StopSignal(std::optional<double> seconds = {});
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// The signal that came, or 0. Thread-safe.
  int signal() const noexcept;
  bool requested() const noexcept { return signal() != 0; }
  /// As if this signal had come, unless another one has; 0 is none.
  void take(int signal) noexcept;
};

/// What a command throws when a signal has stopped it and its work is in order. run_program() writes the message to
/// stderr and exits with 128 plus the number of the signal: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP, 138 for
/// SIGUSR1, 142 where the time was over.
class Stopped : public std::runtime_error {
 public:
  enum class GoOn {
    kNot,         ///< the message says what there is to say
    kWithResume,  ///< the same command with --resume goes on; run_program() adds it to the message
  };

  /// `message` says what was kept.
  Stopped(int signal, const std::string& message, GoOn go_on = GoOn::kNot);

  int exit_code() const noexcept { return 128 + signal_; }
  GoOn go_on() const noexcept { return go_on_; }

 private:
  int signal_;
  GoOn go_on_;
};

}  // namespace plstm::apps
