// plstm-sequence: state tracking and character-level language models with pLSTM on sequences.
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
  fmt::print(stderr, "plstm-sequence: error: {}\n", error.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("pLSTM on sequences: state tracking and language models.", "plstm-sequence");
  program.set_version_flag("--version", PLSTM_VERSION);
  program.require_subcommand(1);
  plstm::sequence::Command command;
  plstm::sequence::add_track_command(program, command);
  plstm::sequence::add_text_command(program, command);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    fmt::print(stderr, "plstm-sequence: error: {}; see plstm-sequence --help\n", error.what());
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
