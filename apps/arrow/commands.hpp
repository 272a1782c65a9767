#pragma once

#include "support/terminal/program.hpp"

namespace plstm::arrow {

using apps::Command;

// Each function adds its sub-command to the program, and sets `command` if the user chooses it.
void add_generate_command(CLI::App& program, Command& command);
void add_train_command(CLI::App& program, Command& command);
void add_evaluate_command(CLI::App& program, Command& command);
void add_compare_command(CLI::App& program, Command& command);
void add_show_command(CLI::App& program, Command& command);

}  // namespace plstm::arrow
