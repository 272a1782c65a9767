// plstm-arrow: trains networks to tell whether an arrow points at a circle, and tests them on larger images.
#include <CLI/CLI.hpp>

#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App program("Arrow pointing: pLSTM and ViT on images larger than those they learned from.",
                   "plstm-arrow");
  program.require_subcommand(1);
  plstm::apps::Command command;
  plstm::arrow::add_generate_command(program, command);
  plstm::arrow::add_train_command(program, command);
  plstm::arrow::add_evaluate_command(program, command);
  plstm::arrow::add_compare_command(program, command);
  plstm::arrow::add_show_command(program, command);
  return plstm::apps::run_program(program, argc, argv, command);
}
