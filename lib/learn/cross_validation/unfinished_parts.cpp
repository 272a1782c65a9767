#include "plstm/learn/cross_validation/unfinished_parts.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/learn/run_folder.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "unfinished";
constexpr const char* kGivenUp = "unfinished.given_up";
constexpr const char* kSettings = "settings.json";

void make_part_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw FileError(fmt::format("{}: cannot be made ({})", path.string(), error.message()));
}

// The settings go last, so that a process that is killed meanwhile leaves what is still known to be ours.
void remove_folder(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_regular_file(folder / kSettings, error)) return;  // somebody else's
  const auto remove = [&](const fs::path& path) {
    fs::remove_all(path, error);
    if (error) throw FileError(fmt::format("{}: cannot be removed ({})", path.string(), error.message()));
  };
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  for (const fs::path& entry : entries) {
    if (entry.filename() != kSettings) remove(entry);
  }
  remove(folder);
}

TrainingFingerprint read_settings(const fs::path& file) {
  try {
    return parse_json(read_whole_file(file)).get<TrainingFingerprint>();
  } catch (const nlohmann::json::exception&) {
    throw FileError(fmt::format("{}: is damaged; start anew without --resume", file.string()));
  }
}

void check_same(const fs::path& folder, const TrainingFingerprint& before, const TrainingFingerprint& now) {
  const auto fail = [&](const std::string& name, const std::string& was, const std::string& is) {
    throw ConfigError(
        fmt::format("{}: was begun with other settings: {} was {} and is {}; give the flags of "
                    "then, or start anew without --resume",
                    folder.string(), name, was, is));
  };
  for (const auto& [name, value] : before) {
    const auto found = now.find(name);
    if (found == now.end()) fail(name, value, "not set");
    if (found->second != value) fail(name, value, found->second);
  }
  for (const auto& [name, value] : now) {
    if (!before.contains(name)) fail(name, "not set", value);
  }
}

// Whether there is no file in the folder and those inside but the settings and hidden ones.
bool has_nothing(const fs::path& folder) {
  std::error_code error;
  const auto counts = [&](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    return entry.is_regular_file(error) && name != kSettings && !name.starts_with('.');
  };
  return fs::is_directory(folder, error) && std::none_of(fs::recursive_directory_iterator(folder, error),
                                                         fs::recursive_directory_iterator(), counts);
}

}  // namespace

fs::path UnfinishedParts::folder_of(const fs::path& run, const std::string& part) {
  return run / kFolder / part;
}

UnfinishedParts::UnfinishedParts(const fs::path& run, bool resume, const TrainingFingerprint& settings)
    : folder_(run / kFolder) {
  std::error_code error;
  const bool begun = fs::is_regular_file(folder_ / kSettings, error);
  // A process that was killed at its beginning leaves an empty folder.
  if (!begun && fs::exists(fs::symlink_status(folder_, error)) && !has_nothing(folder_)) {
    throw FileError(fmt::format("{}: no training has written this; move it, or choose another output folder",
                                folder_.string()));
  }
  if (begun && resume) {
    check_same(folder_, read_settings(folder_ / kSettings), settings);
    return;
  }
  if (begun) {
    remove_folder(run / kGivenUp);
    fs::rename(folder_, run / kGivenUp, error);
    if (error) throw FileError(fmt::format("{}: cannot be renamed ({})", folder_.string(), error.message()));
    note_ =
        fmt::format("{}: starts at the beginning without --resume; what a stopped run has left is now in {}",
                    run.string(), kGivenUp);
  } else if (resume) {
    note_ = run.string() + ": there is no stopped run to resume, so the run starts at the beginning";
  }
  make_part_folder(folder_);
  AtomicFile file(folder_ / kSettings);
  file.stream() << json_text(settings, 1) << "\n";
  file.commit();
}

UnfinishedParts::~UnfinishedParts() {
  std::error_code error;
  if (fs::is_directory(folder_, error) && has_nothing(folder_)) fs::remove_all(folder_, error);
}

void UnfinishedParts::copy(const std::string& part, const fs::path& target) const {
  const std::optional<RunManifest> manifest = read_run_manifest(folder(part));
  if (!manifest) throw FileError(folder(part).string() + ": the training is not finished");
  make_part_folder(target / part);
  const auto copy_one = [&](const std::string& name) {
    std::error_code error;
    fs::copy_file(folder(part) / name, target / part / name, error);
    if (error) {
      throw FileError(
          fmt::format("{}: cannot be copied ({})", (folder(part) / name).string(), error.message()));
    }
  };
  for (const RunFile& file : manifest->files) copy_one(file.name);
  copy_one(kManifestName);
}

void UnfinishedParts::remove(const fs::path& run) {
  for (const char* name : {kFolder, kGivenUp}) remove_folder(run / name);
}

}  // namespace plstm
