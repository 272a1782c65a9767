#pragma once

#include "support/program.hpp"

namespace plstm::sequence {

/// What the command line asks for, to be called after it was read.
using Command = std::function<void()>;

/// Each adds a subcommand that sets `command` when it is given.
void add_track_command(CLI::App& program, Command& command);
void add_text_command(CLI::App& program, Command& command);

}  // namespace plstm::sequence
