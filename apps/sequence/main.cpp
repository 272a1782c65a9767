// plstm-sequence: state tracking and character-level language models with pLSTM on sequences.
#include <CLI/CLI.hpp>

#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App program("pLSTM on sequences: state tracking and language models.", "plstm-sequence");
  program.require_subcommand(1);
  plstm::apps::Command command;
  plstm::sequence::add_track_command(program, command);
  plstm::sequence::add_text_command(program, command);
  return plstm::apps::run_program(program, argc, argv, command);
}
