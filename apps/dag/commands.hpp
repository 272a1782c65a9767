#pragma once

#include <string>

#include "support/terminal/program.hpp"

namespace plstm::dag {

using apps::Command;

// Each function adds its sub-command to the program, and sets `command` if the user chooses it. `command_line` is what
// the user has typed, for reports.
void add_train_command(CLI::App& program, Command& command, const std::string& command_line);
void add_tune_command(CLI::App& program, Command& command, const std::string& command_line);
void add_predict_command(CLI::App& program, Command& command);
void add_evaluate_command(CLI::App& program, Command& command, const std::string& command_line);
void add_info_command(CLI::App& program, Command& command);
void add_schema_command(CLI::App& program, Command& command);
void add_convert_command(CLI::App& program, Command& command);

}  // namespace plstm::dag
