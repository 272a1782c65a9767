#include "model_flags.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/learn/run_folder.hpp>

namespace plstm::apps {
namespace {

namespace fs = std::filesystem;

void add_files_of_run(const fs::path& folder, const RunManifest& manifest, std::vector<fs::path>& files) {
  files.push_back(folder / kManifestName);
  for (const RunFile& file : manifest.files) files.push_back(folder / file.name);
  for (const RunPart& part : manifest.parts) {  // the trainings of a cross-validation
    if (const auto inner = read_run_manifest(folder / part.folder)) {
      add_files_of_run(folder / part.folder, *inner, files);
    }
  }
}

// The run that the training in a folder is a part of: fold_1, or replicate_1/fold_1.
void add_files_of_series(const fs::path& part, std::vector<fs::path>& files) {
  const fs::path whole = fs::weakly_canonical(part);
  for (const fs::path& folder : {whole.parent_path(), whole.parent_path().parent_path()}) {
    const std::string name = whole.lexically_relative(folder).generic_string();
    std::optional<RunManifest> manifest;
    try {
      manifest = read_run_manifest(folder);
    } catch (const FileError&) {  // a file of this name that is none of ours
    }
    if (manifest && std::ranges::find(manifest->parts, name, &RunPart::folder) != manifest->parts.end()) {
      add_files_of_run(folder, *manifest, files);
    }
  }
}

// The input itself, the files of the run that a folder holds, or those of a folder of data.
std::vector<fs::path> files_of(const fs::path& input) {
  if (!fs::is_directory(input)) return {input};
  std::vector<fs::path> files;
  const std::optional<RunManifest> manifest = read_run_manifest(input);
  if (manifest) {
    add_files_of_run(input, *manifest, files);
    add_files_of_series(input, files);
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

void check_report_path(const fs::path& report, const fs::path& output) {
  if (report == "-") {
    throw ConfigError("--report -: a report is for a browser, and goes to a file; name one");
  }
  if (report.empty() || output.empty() || output == "-") return;
  if (fs::weakly_canonical(fs::absolute(report)) == fs::weakly_canonical(fs::absolute(output))) {
    throw ConfigError(fmt::format("--report and -o both name {}; name two files", output.string()));
  }
}

}  // namespace plstm::apps
