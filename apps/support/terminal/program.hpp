#pragma once

#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include <plstm/core/ranks/ranks.hpp>

namespace CLI {
class App;
}

namespace plstm::apps {

/// What a sub-command does once its arguments are parsed: by one process, or by all ranks together.
class Command {
 public:
  Command() = default;
  template <class Function>
  requires std::invocable<Function> Command(Function function)
      : alone_(std::move(function)) {}  // NOLINT: a function is a command
  template <class Function>
  requires std::invocable<Function, const Ranks&> Command(Function function)
      : together_(std::move(function)) {}  // NOLINT

  /// Throws ConfigError if there are several ranks, and the command is for one process.
  void operator()(const Ranks& ranks) const;

 private:
  std::function<void()> alone_;
  std::function<void(const Ranks&)> together_;
};

/// The command that these arguments of main() are, as a shell reads it, with the program's name alone for its path. It
/// starts anew: --resume is left out.
std::string command_text(std::span<char* const> arguments);

/// Parses the arguments, calls `command`, which they may have set, and returns what main() does: 0; 1 after an error; 2 after arguments
/// that make no sense (ConfigError is one, too); 130 or 143 after Stopped (stop_signal.hpp). Errors are one line on
/// stderr with the name of the program; after Stopped it ends with the command that goes on, if there is one.
///
/// Every program also has --version, --manual (manual_page.hpp) and --completion (completion.hpp). The hidden option
/// --texts-dir writes all manual pages and completions into the folders that they have below <prefix>/share.
///
/// Under a launcher of MPI all processes do this together: the first one alone writes to stdout and stderr. A rank that
/// fails ends all of them, with one message.
int run_program(CLI::App& program, int argc, char** argv, const Command& command);

}  // namespace plstm::apps
