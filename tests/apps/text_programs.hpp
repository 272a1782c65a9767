#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/program.hpp"

namespace plstm::test {

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// All programs that were built; for texts that each of them writes about itself.
class TextPrograms : public Program {
 protected:
  TextPrograms() : Program("/bin/false") {}

  /// Their names.
  static std::vector<std::string> programs() {
    std::vector<std::string> names;
    std::istringstream stream(PLSTM_PROGRAMS);
    for (std::string path; std::getline(stream, path, ':');) {
      names.push_back(std::filesystem::path(path).filename());
    }
    return names;
  }

  /// The output of a command in the folder, where the programs can be called by their names.
  Outcome in_shell(const std::string& command) const {
    const std::string folder = std::filesystem::path(first_program()).parent_path();
    return shell("PATH=" + folder + ":$PATH && " + command);
  }

  bool has_tool(const std::string& name) const { return shell("command -v " + name).code == 0; }

  /// The sub-commands that the help of a program lists.
  std::vector<std::string> commands_of(const std::string& program) const {
    std::vector<std::string> commands;
    bool listed = false;
    for (const std::string& line : lines_of(in_shell(program + " --help").out)) {
      if (listed && line.starts_with("  ") && line[2] != ' ') {
        commands.push_back(line.substr(2, line.find(' ', 2) - 2));
      }
      listed = listed || line == "Subcommands:";
    }
    return commands;
  }

  /// The options that a help lists, with their dashes.
  std::vector<std::string> options_of(const std::string& program_and_command) const {
    std::vector<std::string> options;
    for (const std::string& line : lines_of(in_shell(program_and_command + " --help").out)) {
      if (!line.starts_with("  -")) continue;
      std::string names = line.substr(2, line.find(' ', 2) - 2);
      std::istringstream stream(names);
      for (std::string name; std::getline(stream, name, ',');)
        options.push_back(name.substr(0, name.find('{')));
    }
    return options;
  }

 private:
  static std::string first_program() {
    const std::string all = PLSTM_PROGRAMS;
    return all.substr(0, all.find(':'));
  }
};

}  // namespace plstm::test
