#include "support/terminal/completion.hpp"

#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plstm::apps {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// A name that a function of a shell may have.
std::string identifier(std::string_view program) {
  std::string name = "_";
  for (const char c : program) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

std::string names_of(const DescribedCommand& command) {
  std::vector<std::string> names;
  for (const DescribedOption& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return fmt::format("{}", fmt::join(names, " "));
}

std::string names_of_commands(const DescribedCommand& program) {
  std::vector<std::string> names;
  for (const DescribedCommand& command : program.commands) names.push_back(command.name);
  return fmt::format("{}", fmt::join(names, " "));
}

// The program itself, with an empty name, and its sub-commands.
std::vector<DescribedCommand> program_and_commands(const DescribedCommand& program) {
  std::vector<DescribedCommand> all{program};
  all.front().name.clear();
  all.insert(all.end(), program.commands.begin(), program.commands.end());
  return all;
}

// ---- bash

std::string bash_kind(const DescribedOption& option) {
  switch (option.kind) {
    case ValueKind::kChoice:
      return fmt::format("kind=choice choices='{}'", fmt::join(option.choices, " "));
    case ValueKind::kWord:
    case ValueKind::kNumber:
      return "kind=word";
    case ValueKind::kFolder:
      return "kind=folder";
    default:
      return "kind=file";
  }
}

// A case for each option with values. bash divides --flag=value into three words.
std::string bash_values(const std::vector<DescribedCommand>& commands) {
  std::string cases;
  for (const DescribedCommand& command : commands) {
    for (const DescribedOption& option : command.options) {
      if (option.names.empty() || option.most_values == 0) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names) patterns.push_back(command.name + ":" + name);
      cases += fmt::format("    {}) most={} {} ;;\n", fmt::join(patterns, "|"), option.most_values,
                           bash_kind(option));
    }
  }
  return cases;
}

constexpr const char* kBash = R"(# bash completion for @PROGRAM@, written by @PROGRAM@ --completion bash
@FUNCTION@() {
  local current=${COMP_WORDS[COMP_CWORD]} commands='@COMMANDS@' command= option= flags= choices= kind=file
  local -i most=0 values=0 i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      =) ;;
      -*) option=${COMP_WORDS[i]} values=0 ;;
      *)
        if [[ -z $command && " $commands " == *" ${COMP_WORDS[i]} "* ]]; then
          command=${COMP_WORDS[i]} option=
        else
          values+=1
        fi
        ;;
    esac
  done
  [[ $current == = ]] && current=
  case $command in
@FLAGS@  esac
  case $command:$option in
@VALUES@  esac
  COMPREPLY=()
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
    return
  fi
  if ((values >= most)); then
    if [[ -z $command && -n $commands ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
      return
    fi
    kind=file
  fi
  case $kind in
    choice) mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current") ;;
    word) ;;
    folder)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      ;;
    file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
  esac
}
complete -F @FUNCTION@ @PROGRAM@
)";

// ---- zsh

// Within single quotes.
std::string zsh_quoted(std::string_view text) {
  return replaced(std::string(text), "'", "'\\''");
}

std::string zsh_explanation(const DescribedOption& option) {
  std::string text = replaced(option.description, "\\", "\\\\");
  text = replaced(replaced(std::move(text), "[", "\\["), "]", "\\]");
  return zsh_quoted(text);
}

std::string zsh_action(const DescribedOption& option) {
  switch (option.kind) {
    case ValueKind::kChoice:
      return fmt::format("({})", fmt::join(option.choices, " "));
    case ValueKind::kWord:
    case ValueKind::kNumber:
      return " ";
    case ValueKind::kFolder:
      return "_files -/";
    default:
      return "_files";
  }
}

// What _arguments is told of an option: those of the same meaning exclude each other, and those that may come with many
// values take all words up to the next option.
std::string zsh_specification(const DescribedOption& option) {
  const std::string message = zsh_quoted(replaced(option.value, ":", "\\:"));
  if (option.names.empty()) {
    return fmt::format("'{}:{}:{}'", option.most_values > 1 ? "*" : "", message, zsh_action(option));
  }
  std::string values;
  if (option.most_values == kManyValues) {
    values = fmt::format(":*-*:{}:{}", message, zsh_action(option));
  } else {
    for (std::size_t i = 0; i < option.most_values; ++i)
      values += fmt::format(":{}:{}", message, zsh_action(option));
  }
  std::string specifications;
  for (const std::string& name : option.names) {
    specifications += fmt::format("{}'({}){}[{}]{}'", specifications.empty() ? "" : " ",
                                  fmt::join(option.names, " "), name, zsh_explanation(option), values);
  }
  return specifications;
}

std::string zsh_arguments(const DescribedCommand& command, const std::string& indent) {
  std::string lines;
  for (const DescribedOption& option : command.options) {
    lines += " \\\n" + indent + zsh_specification(option);
  }
  return lines;
}

constexpr const char* kZshCommands = R"(
  local curcontext=$curcontext state line
  local -a commands
  commands=(
@DESCRIBED@  )
  _arguments -C@OPTIONS@ \
    '1: :->command' '*:: :->arguments' && return
  case $state in
    command) _describe -t commands command commands ;;
    arguments)
      case $words[1] in
@CASES@      esac
      ;;
  esac
)";

constexpr const char* kZsh = R"(#compdef @PROGRAM@
# zsh completion for @PROGRAM@, written by @PROGRAM@ --completion zsh
@FUNCTION@() {@BODY@}
if [[ $funcstack[1] == @FUNCTION@ ]]; then
  @FUNCTION@ "$@"
else
  compdef @FUNCTION@ @PROGRAM@
fi
)";

std::string zsh_body(const DescribedCommand& program) {
  if (program.commands.empty()) return "\n  _arguments" + zsh_arguments(program, "    ") + "\n";
  std::string described, cases;
  for (const DescribedCommand& command : program.commands) {
    described += fmt::format("    '{}:{}'\n", command.name, zsh_quoted(command.description));
    cases +=
        fmt::format("        {}) _arguments{} ;;\n", command.name, zsh_arguments(command, "            "));
  }
  std::string body = replaced(kZshCommands, "@DESCRIBED@", described);
  body = replaced(std::move(body), "@OPTIONS@", zsh_arguments(program, "    "));
  return replaced(std::move(body), "@CASES@", cases);
}

// ---- fish

std::string fish_quoted(std::string_view text) {
  return "'" + replaced(replaced(std::string(text), "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_option(const DescribedOption& option) {
  std::string text;
  for (const std::string& name : option.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  switch (option.kind) {
    case ValueKind::kNone:
      break;
    case ValueKind::kChoice:
      text += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      break;
    case ValueKind::kWord:
    case ValueKind::kNumber:
      text += " -x";
      break;
    case ValueKind::kFolder:
      text += " -x -a '(__fish_complete_directories)'";
      break;
    case ValueKind::kText:
      text += " -r -F";
      break;
  }
  return text + " -d " + fish_quoted(option.description);
}

}  // namespace

std::string bash_completion(const DescribedCommand& program) {
  const std::vector<DescribedCommand> commands = program_and_commands(program);
  std::string flags;
  for (const DescribedCommand& command : commands) {
    flags +=
        fmt::format("    {}) flags='{}' ;;\n", command.name.empty() ? "''" : command.name, names_of(command));
  }
  std::string script = replaced(kBash, "@COMMANDS@", names_of_commands(program));
  script = replaced(std::move(script), "@FLAGS@", flags);
  script = replaced(std::move(script), "@VALUES@", bash_values(commands));
  script = replaced(std::move(script), "@FUNCTION@", identifier(program.name));
  return replaced(std::move(script), "@PROGRAM@", program.name);
}

std::string zsh_completion(const DescribedCommand& program) {
  // A file of completions has the name of its function.
  std::string script = replaced(kZsh, "@FUNCTION@", "_" + program.name);
  script = replaced(std::move(script), "@PROGRAM@", program.name);
  return replaced(std::move(script), "@BODY@", zsh_body(program));
}

std::string fish_completion(const DescribedCommand& program) {
  std::string script =
      fmt::format("# fish completion for {0}, written by {0} --completion fish\n", program.name);
  const std::string start = "complete -c " + program.name;
  if (!program.commands.empty()) script += start + " -n __fish_use_subcommand -f\n";
  for (const DescribedCommand& command : program.commands) {
    script += fmt::format("{} -n __fish_use_subcommand -a {} -d {}\n", start, command.name,
                          fish_quoted(command.description));
  }
  for (const DescribedCommand& command : program_and_commands(program)) {
    std::string condition = start;
    if (!command.name.empty()) {
      condition += " -n '__fish_seen_subcommand_from " + command.name + "'";
    } else if (!program.commands.empty()) {
      condition += " -n __fish_use_subcommand";
    }
    for (const DescribedOption& option : command.options) {
      if (!option.names.empty()) script += condition + fish_option(option) + "\n";
    }
  }
  return script;
}

}  // namespace plstm::apps
