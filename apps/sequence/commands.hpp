#pragma once

#include "support/terminal/program.hpp"

namespace plstm::sequence {

using apps::Command;

/// Each function adds a subcommand, which sets `command` if the user chooses it.
void add_track_command(CLI::App& program, Command& command);
void add_text_command(CLI::App& program, Command& command);

}  // namespace plstm::sequence
