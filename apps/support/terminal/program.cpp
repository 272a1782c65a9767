#include "support/terminal/program.hpp"

#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "support/stop_signal.hpp"

namespace plstm::apps {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

int report(const CLI::App& program, const std::exception& error, int code) {
  std::fflush(stdout);
  fmt::print(stderr, "{}: error: {}\n", program.get_name(), error.what());
  return code;
}

}  // namespace

int run_program(CLI::App& program, int argc, char** argv, const Command& command) {
  program.set_version_flag("--version", PLSTM_VERSION);
  try {
    program.parse(argc, argv);
    command();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    fmt::print(stderr, "{0}: error: {1}; see {0} --help\n", program.get_name(), error.what());
    return kUsage;
  } catch (const Stopped& stop) {
    std::fflush(stdout);
    fmt::print(stderr, "{}: {}\n", program.get_name(), stop.what());
    return stop.exit_code();
  } catch (const ConfigError& error) {
    return report(program, error, kUsage);
  } catch (const std::exception& error) {
    return report(program, error, kFailure);
  }
  return 0;
}

}  // namespace plstm::apps
