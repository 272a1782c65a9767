// plstm-mol: molecular property prediction from SMILES and SD files.
#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App program("Molecular property prediction with pLSTM networks on molecular graphs.", "plstm-mol");
  program.require_subcommand(1);
  plstm::apps::Command command;
  const std::string command_line = plstm::apps::command_text({argv, static_cast<std::size_t>(argc)});
  plstm::mol::add_train_command(program, command, command_line);
  plstm::mol::add_tune_command(program, command, command_line);
  plstm::mol::add_pretrain_command(program, command);
  plstm::mol::add_predict_command(program, command);
  plstm::mol::add_explain_command(program, command);
  plstm::mol::add_fingerprint_command(program, command);
  plstm::mol::add_evaluate_command(program, command, command_line);
  plstm::mol::add_export_command(program, command);
  plstm::mol::add_info_command(program, command);
  plstm::mol::add_quickstart_command(program, command);
  return plstm::apps::run_program(program, argc, argv, command);
}
