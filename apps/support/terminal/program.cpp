#include "support/terminal/program.hpp"

#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "support/stop_signal.hpp"

namespace plstm::apps {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

// As a shell reads it.
std::string quoted(std::string_view argument) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./_-";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(argument);
  }
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string resume_command(std::span<char* const> arguments) {
  std::string command;
  bool has_flag = false;
  for (const char* argument : arguments) {
    command += (command.empty() ? "" : " ") + quoted(argument);
    has_flag = has_flag || std::string_view(argument) == "--resume";
  }
  return has_flag ? command : command + " --resume";
}

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
    const bool resumable = stop.go_on() == Stopped::GoOn::kWithResume;
    fmt::print(stderr, "{}: {}{}\n", program.get_name(), stop.what(),
               resumable ? "; to go on: " + resume_command({argv, static_cast<std::size_t>(argc)}) : "");
    return stop.exit_code();
  } catch (const ConfigError& error) {
    return report(program, error, kUsage);
  } catch (const std::exception& error) {
    return report(program, error, kFailure);
  }
  return 0;
}

}  // namespace plstm::apps
