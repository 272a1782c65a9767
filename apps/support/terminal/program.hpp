#pragma once

#include <functional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace plstm::apps {

/// What a sub-command does once its arguments are parsed.
using Command = std::function<void()>;

/// The command that these arguments of main() are, as a shell reads it, with the program's name alone for its path. It
/// starts anew: --resume is left out.
std::string command_text(std::span<char* const> arguments);

/// Parses the arguments, calls `command` and returns what main() does: 0; 1 after an error; 2 after arguments
/// that make no sense (ConfigError is one, too); 130 or 143 after Stopped (stop_signal.hpp). Errors are one line on
/// stderr with the name of the program; after Stopped it ends with the command that goes on, if there is one.
int run_program(CLI::App& program, int argc, char** argv, const Command& command);

}  // namespace plstm::apps
