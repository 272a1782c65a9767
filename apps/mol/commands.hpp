#pragma once

#include <string>

#include "support/terminal/program.hpp"

namespace plstm::mol {

using apps::Command;

// Each function adds its sub-command to the program, and sets `command` if the user chooses it. `command_line` is what
// the user has typed, for reports.
void add_train_command(CLI::App& program, Command& command, const std::string& command_line);
void add_tune_command(CLI::App& program, Command& command, const std::string& command_line);
void add_predict_command(CLI::App& program, Command& command);
void add_evaluate_command(CLI::App& program, Command& command, const std::string& command_line);
void add_explain_command(CLI::App& program, Command& command);
void add_fingerprint_command(CLI::App& program, Command& command);
void add_export_command(CLI::App& program, Command& command);
void add_info_command(CLI::App& program, Command& command);
void add_pretrain_command(CLI::App& program, Command& command);
void add_quickstart_command(CLI::App& program, Command& command);

}  // namespace plstm::mol
