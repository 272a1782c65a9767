// plstm-arrow: does the arrow point at the circle, also on images larger than those of training?
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "commands.hpp"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

int report(const std::exception& error, int code) {
  std::fflush(stdout);
  fmt::print(stderr, "plstm-arrow: error: {}\n", error.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Arrow pointing: pLSTM and ViT on images larger than those they learned from.",
                   "plstm-arrow");
  program.set_version_flag("--version", PLSTM_VERSION);
  program.require_subcommand(1);
  plstm::arrow::Command command;
  plstm::arrow::add_generate_command(program, command);
  plstm::arrow::add_train_command(program, command);
  plstm::arrow::add_evaluate_command(program, command);
  plstm::arrow::add_compare_command(program, command);
  plstm::arrow::add_show_command(program, command);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    fmt::print(stderr, "plstm-arrow: error: {}; see plstm-arrow --help\n", error.what());
    return kUsage;
  }
  try {
    command();
  } catch (const plstm::ConfigError& error) {
    return report(error, kUsage);
  } catch (const std::exception& error) {
    return report(error, kFailure);
  }
  return 0;
}
