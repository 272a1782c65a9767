#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace plstm::apps {

/// Adds --model-paths, whose values are separated by commas or blanks, with `more` to say after them in the help.
void add_model_paths(CLI::App& app, std::vector<std::filesystem::path>& paths, const std::string& more = "");

/// Adds --precision and --threads of a command that applies a model, in the group Running.
void add_running_flags(CLI::App& app, std::string& precision, int& threads);

/// Says on stderr which of these folders hold a run that was stopped, in the name of the program.
void say_stopped(const std::string& program, std::span<const std::filesystem::path> paths);

/// Throws FileError if one of the paths is a folder that has got a new run since states_of_runs() returned `states`: what
/// was read from it before and what is read now would be of two runs.
void check_same_runs(std::span<const std::filesystem::path> paths, std::span<const std::string> states);

/// Throws ConfigError if the output is one of the inputs, or of the files of a run or of data in a folder that is an input:
/// it would be destroyed. Throws FileError for a manifest that cannot be read.
void check_output(const std::filesystem::path& output, std::span<const std::filesystem::path> inputs);

/// Throws ConfigError if a report cannot go where --report says: to standard output, or into the file of -o.
void check_report_path(const std::filesystem::path& report, const std::filesystem::path& output);

}  // namespace plstm::apps
