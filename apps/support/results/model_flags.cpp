#include "model_flags.hpp"

#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/learn/run_folder.hpp>

namespace plstm::apps {
namespace {

namespace fs = std::filesystem;

// The input itself, the files of the run that a folder holds, or those of a folder of data.
std::vector<fs::path> files_of(const fs::path& input) {
  if (!fs::is_directory(input)) return {input};
  std::vector<fs::path> files;
  const std::optional<RunManifest> manifest = read_run_manifest(input);
  if (manifest) {
    files.push_back(input / kManifestName);
    for (const RunFile& file : manifest->files) files.push_back(input / file.name);
  } else {
    for (const auto& entry : fs::directory_iterator(input)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  return files;
}

}  // namespace

void add_model_paths(CLI::App& app, std::vector<fs::path>& paths, const std::string& more) {
  app.add_option("--model-paths,--model-path", paths,
                 "model files or folders of runs, separated by blanks or commas; several are averaged" + more)
      ->required()
      ->delimiter(',')
      ->type_name("PATH ...")
      ->allow_extra_args(more.empty());
}

void add_running_flags(CLI::App& app, std::string& precision, int& threads) {
  app.option_defaults()->group("Running");
  app.add_option("--precision", precision,
                 "precision of products: float or bfloat16 (default: as in training)")
      ->check(CLI::IsMember({"float", "bfloat16"}));
  app.add_option("--threads", threads, "number of threads (0: all cores)")->capture_default_str();
}

void say_stopped(const std::string& program, std::span<const fs::path> paths) {
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path)) continue;
    const std::optional<RunManifest> manifest = read_run_manifest(path);
    if (!manifest || !manifest->stopped) continue;
    fmt::print(stderr,
               "{}: {}: the training was stopped; it has {} of {} models, as good as they were then\n",
               program, printable(path.string()), manifest->members, manifest->planned_members);
  }
}

void check_same_runs(std::span<const fs::path> paths, std::span<const std::string> states) {
  const std::vector<std::string> now = states_of_runs(paths);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (now[i] == states[i]) continue;
    throw FileError(
        fmt::format("{}: a training has put a new run into this folder while it was read; start again",
                    paths[i].string()));
  }
}

void check_output(const fs::path& output, std::span<const fs::path> inputs) {
  if (output.empty() || output == "-") return;
  for (const fs::path& input : inputs) {
    for (const fs::path& file : files_of(input)) {
      if (!same_file(output, file)) continue;
      throw ConfigError(fmt::format("the output {} is {}, which {}; name another with -o", output.string(),
                                    file.string(),
                                    file == input ? "is read" : "belongs to the run that is read"));
    }
  }
}

}  // namespace plstm::apps
