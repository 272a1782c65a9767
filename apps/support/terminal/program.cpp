#include "support/terminal/program.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/printable.hpp>

#include "launcher.hpp"
#include "support/rank_roles.hpp"
#include "support/stop_signal.hpp"
#include "support/terminal/completion.hpp"
#include "support/terminal/described.hpp"
#include "support/terminal/fatal_signals.hpp"
#include "support/terminal/manual_page.hpp"

namespace plstm::apps {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

// As a shell reads it.
std::string shell_quoted(std::string_view argument) {
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
    command += (command.empty() ? "" : " ") + shell_quoted(argument);
    has_flag = has_flag || std::string_view(argument) == "--resume";
  }
  return has_flag ? command : command + " --resume";
}

Ending failure(const CLI::App& program, const std::exception& error, int code) {
  return {code, fmt::format("{}: error: {}", program.get_name(), printable(error.what())), true};
}

// Where a program was started without a standard stream, the next file that it opens would take its place and get what
// is meant for a terminal. What stands there instead cannot be written, but that who closes stderr wants no notes.
void occupy_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(number, F_GETFD) == -1 && errno == EBADF) {
      [[maybe_unused]] const int opened =  // the lowest free number
          ::open("/dev/null", number == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

// CLI11 takes an argument with brackets at both ends, such as a SMILES, for a list of its own making. With a mark before
// them it does not, and each option takes the mark away.
constexpr char kMark = '\x01';

std::vector<std::string> mark_brackets(std::span<char* const> arguments) {
  std::vector<std::string> marked;
  for (const std::string_view argument : arguments) {
    const bool brackets = argument.starts_with('[') && argument.ends_with(']');
    marked.push_back((brackets ? std::string(1, kMark) : std::string()) + std::string(argument));
  }
  return marked;
}

// CLI11 takes -1 for the largest number without a sign.
std::string refuse_sign(const std::string& text) {
  return text.starts_with('-') ? text + " is negative" : "";
}

// What a shell makes of "$file" where the variable is not set.
std::string refuse_empty_name(const std::string& text) {
  return text.empty() ? "the name of the file is empty" : "";
}

void unmark_brackets(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_type_size_max() == 0) continue;  // a flag
    if (option->check_sname("i") || option->check_sname("o")) {
      option->check(CLI::Validator(refuse_empty_name, ""));
    }
    if (option->get_type_name().starts_with("UINT")) option->check(CLI::Validator(refuse_sign, ""));
    option->transform([](const std::string& text) {
      const bool marked = !text.empty() && text.front() == kMark;
      return marked ? text.substr(1) : text;
    });
  }
  for (CLI::App* command : app.get_subcommands({})) unmark_brackets(*command);
}

// Short outputs stay in buffers until here.
void check_standard_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || !std::cout) {
    throw FileError(
        "standard output cannot be written; write to a file or to a program that reads all of it");
  }
}

}  // namespace

std::string command_text(std::span<char* const> arguments) {
  std::string command;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string argument =
        i == 0 ? std::filesystem::path(arguments[i]).filename().string() : std::string(arguments[i]);
    if (argument != "--resume") command += (i == 0 ? "" : " ") + shell_quoted(argument);
  }
  return command;
}

void Command::operator()(const Ranks& ranks) const {
  if (together_) {
    together_(ranks);
    return;
  }
  if (ranks.size() > 1) {
    throw ConfigError(fmt::format(
        "this command runs in one process, and mpirun has started {}; start it alone", ranks.size()));
  }
  if (alone_) alone_();
}

namespace {

// A text that was asked for in place of what the program does.
struct Shown {
  std::string text;
};

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  AtomicFile file(path);
  file.stream() << text;
  file.commit();
}

// All pages and completions, in the folders that they have below <prefix>/share.
void write_texts(const DescribedCommand& program, const Release& release,
                 const std::filesystem::path& share) {
  const std::filesystem::path pages = share / "man" / "man1";
  write_text(pages / (program.name + ".1"), manual_page(program, release));
  for (const DescribedCommand& command : program.commands) {
    write_text(pages / (program.name + "-" + command.name + ".1"), manual_page(program, command, release));
  }
  write_text(share / "bash-completion" / "completions" / program.name, bash_completion(program));
  write_text(share / "zsh" / "site-functions" / ("_" + program.name), zsh_completion(program));
  write_text(share / "fish" / "vendor_completions.d" / (program.name + ".fish"), fish_completion(program));
}

// The flags that show or write what a program says about itself. Their callbacks run before anything is required.
void add_texts(CLI::App& program) {
  const Release release{PLSTM_VERSION, PLSTM_RELEASE_DATE};
  program.set_version_flag("--version", PLSTM_VERSION);
  const bool commands = !program.get_subcommands({}).empty();
  program.add_flag_callback(
      "--manual",
      [&program, release] {
        const DescribedCommand described = describe(program);
        const std::vector<CLI::App*> asked = program.get_subcommands();
        if (asked.empty()) throw Shown{manual_page(described, release)};
        throw Shown{manual_page(described, describe(*asked.front()), release)};
      },
      fmt::format("write the manual page{} for man -l -",
                  commands ? ", or that of the command that follows," : ""));
  program
      .add_option_function<std::string>(
          "--completion",
          [&program](const std::string& shell) {
            const DescribedCommand described = describe(program);
            throw Shown{shell == "bash"  ? bash_completion(described)
                        : shell == "zsh" ? zsh_completion(described)
                                         : fish_completion(described)};
          },
          "write what completes command lines in this shell, for its command source")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  program
      .add_option_function<std::string>("--texts-dir",
                                        [&program, release](const std::string& folder) {
                                          write_texts(describe(program), release, folder);
                                          throw Shown{};
                                        })
      ->group("");  // for the build, which installs them
}

Ending show(const CLI::App& program, const Shown& shown) {
  try {
    std::cout << shown.text;
    check_standard_output();
  } catch (const FileError& error) {
    return failure(program, error, kFailure);
  }
  return {};
}

Ending run_command(CLI::App& program, int argc, char** argv, const Command& command, const Ranks& ranks) {
  try {
    unmark_brackets(program);
    std::vector<std::string> arguments = mark_brackets({argv, static_cast<std::size_t>(argc)});
    std::ranges::reverse(arguments);  // as CLI11 takes them
    arguments.pop_back();             // the name of the program
    program.parse(std::move(arguments));
    command(ranks);
    check_standard_output();
  } catch (const RankIsDone&) {
    return {};
  } catch (const Shown& shown) {
    return show(program, shown);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      program.exit(error);
      return show(program, Shown{});
    }
    return {kUsage,
            fmt::format("{0}: error: {1}; see {0} --help", program.get_name(), printable(error.what())),
            true};
  } catch (const Stopped& stop) {
    const bool resumable = stop.go_on() == Stopped::GoOn::kWithResume;
    return {stop.exit_code(),
            fmt::format(
                "{}: {}{}", program.get_name(), printable(stop.what()),
                resumable ? "; to go on: " + resume_command({argv, static_cast<std::size_t>(argc)}) : "")};
  } catch (const ConfigError& error) {
    return failure(program, error, kUsage);
  } catch (const std::bad_alloc&) {
    return failure(program, Error("there is not enough memory; take smaller settings or less data"),
                   kFailure);
  } catch (const std::exception& error) {
    return failure(program, error, kFailure);
  }
  return {};
}

}  // namespace

int run_program(CLI::App& program, int argc, char** argv, const Command& command) {
  occupy_standard_streams();
  clear_up_on_fatal_signals();
  add_texts(program);
  return run_on_ranks(program.get_name(),
                      [&](const Ranks& ranks) { return run_command(program, argc, argv, command, ranks); });
}

}  // namespace plstm::apps
