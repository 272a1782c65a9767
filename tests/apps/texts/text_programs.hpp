#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "apps/program.hpp"

namespace plstm::test {

/// All programs that were built; for texts that each of them writes about itself.
class TextPrograms : public Program {
 protected:
  TextPrograms() : Program("/bin/false") {}

  /// Their names.
  static std::vector<std::string> programs() {
    std::vector<std::string> names;
    std::istringstream stream(PLSTM_PROGRAMS);
    for (std::string name; std::getline(stream, name, ':');) names.push_back(name);
    return names;
  }

  /// The output of a command in the folder, where the programs can be called by their names.
  Outcome in_shell(const std::string& command) const {
    return shell("PATH=" PLSTM_PROGRAMS_DIR ":$PATH && " + command);
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
};

}  // namespace plstm::test
