// plstm-mol: molecular property prediction from SMILES and SD files.
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
  fmt::print(stderr, "plstm-mol: error: {}\n", error.what());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Molecular property prediction with pLSTM networks on molecular graphs.", "plstm-mol");
  program.set_version_flag("--version", PLSTM_VERSION);
  program.require_subcommand(1);
  plstm::mol::Command command;
  plstm::mol::add_train_command(program, command);
  plstm::mol::add_predict_command(program, command);
  plstm::mol::add_evaluate_command(program, command);
  plstm::mol::add_export_command(program, command);
  plstm::mol::add_info_command(program, command);
  plstm::mol::add_quickstart_command(program, command);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    fmt::print(stderr, "plstm-mol: error: {}; see plstm-mol --help\n", error.what());
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
