// plstm-dag: learning on directed acyclic graphs of any kind.
#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App program("Learning on directed acyclic graphs: labels of graphs, nodes or edges.", "plstm-dag");
  program.require_subcommand(1);
  plstm::apps::Command command;
  const std::string command_line = plstm::apps::command_text({argv, static_cast<std::size_t>(argc)});
  plstm::dag::add_train_command(program, command, command_line);
  plstm::dag::add_tune_command(program, command, command_line);
  plstm::dag::add_predict_command(program, command);
  plstm::dag::add_evaluate_command(program, command, command_line);
  plstm::dag::add_info_command(program, command);
  plstm::dag::add_schema_command(program, command);
  plstm::dag::add_convert_command(program, command);
  return plstm::apps::run_program(program, argc, argv, command);
}
