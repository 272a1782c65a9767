#include "plstm/learn/run_folder.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/whole_file.hpp>

#include "core/files/json_text.hpp"
#include "learn/json_object.hpp"

namespace plstm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

// Regular files that are not hidden, by name.
std::vector<std::string> file_names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && !name.starts_with('.')) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

// What version 0.1 wrote into the folder of a run: model.safetensors or model_0.safetensors, ..., and records.
std::vector<std::string> files_of_version_0_1(const fs::path& folder) {
  std::vector<std::string> names = file_names(folder);
  std::erase_if(names, [](const std::string& name) {
    if (name.starts_with("model") && name.ends_with(".safetensors")) return false;
    constexpr std::array<std::string_view, 5> kRecords{"config.json", "splits.json", "metrics.csv",
                                                       "test_predictions.csv", "test_scores.json"};
    return std::ranges::find(kRecords, name) == kRecords.end();
  });
  return names;
}

std::string to_json(const RunManifest& manifest) {
  Json json;
  json["format"] = kFormat;
  json["version"] = manifest.version;
  json["date"] = manifest.date;
  json["data"] = {{"path", manifest.data_path}, {"sha256", manifest.data_sha256}, {"rows", manifest.rows}};
  json["identity"] = manifest.identity;
  json["seed"] = manifest.seed;
  json["members"] = manifest.members;
  json["planned_members"] = manifest.planned_members;
  json["stopped"] = manifest.stopped;
  try {
    json["scores"] = parse_object(manifest.scores);
  } catch (const std::exception& error) {
    throw ConfigError(fmt::format("scores of the run: {}", error.what()));
  }
  json["files"] = Json::object();
  for (const RunFile& file : manifest.files) json["files"][file.name] = file.sha256;
  if (!manifest.parts.empty()) {
    json["division"] = manifest.division;
    json["parts"] = Json::array();
    for (const RunPart& part : manifest.parts)
      json["parts"].push_back({{"folder", part.folder}, {"manifest_sha256", part.sha256}});
  }
  return json_text(json, 2) + "\n";
}

// "a" or "a/b", where no step is hidden or leads out of the folder.
bool is_name_of_part(std::string_view name) {
  if (name.find('\n') != std::string_view::npos || name.ends_with('/')) return false;
  while (!name.empty()) {
    const std::size_t end = name.find('/');
    const std::string_view step = name.substr(0, end);
    if (step.empty() || step.starts_with('.')) return false;
    if (end == std::string_view::npos) return true;
    name.remove_prefix(end + 1);
  }
  return false;
}

// "a" of "a/b".
std::string first_step(const std::string& name) {
  return name.substr(0, name.find('/'));
}

RunManifest parse_manifest(const std::string& text) {
  const Json json = parse_object(text);
  int format = 0;
  take_entry(json, "format", format);
  if (format != kFormat) throw FileError("of another version of plstm");
  RunManifest manifest;
  take_entry(json, "version", manifest.version);
  take_entry(json, "date", manifest.date);
  take_entry(json.at("data"), "path", manifest.data_path);
  take_entry(json.at("data"), "sha256", manifest.data_sha256);
  take_entry(json.at("data"), "rows", manifest.rows);
  take_entry(json, "identity", manifest.identity);
  take_entry(json, "seed", manifest.seed);
  take_entry(json, "members", manifest.members);
  take_entry(json, "planned_members", manifest.planned_members);
  take_entry(json, "stopped", manifest.stopped);
  manifest.scores = json_text(json.at("scores"));
  for (const auto& [name, digest] : json.at("files").items()) {
    if (name.empty() || name.starts_with('.') || name.find_first_of("/\n") != std::string::npos) {
      throw FileError(fmt::format("'{}' is no name of a file", name));
    }
    manifest.files.push_back({name, digest.get<std::string>()});
  }
  if (!json.contains("parts")) return manifest;
  take_entry(json, "division", manifest.division);
  for (const Json& part : json.at("parts")) {
    RunPart& known = manifest.parts.emplace_back();
    take_entry(part, "folder", known.folder);
    take_entry(part, "manifest_sha256", known.sha256);
    if (!is_name_of_part(known.folder))
      throw FileError(fmt::format("'{}' is no name of a part", known.folder));
  }
  return manifest;
}

// Nothing if there is no manifest. Does not end what was begun.
std::optional<RunManifest> read_manifest_here(const fs::path& folder) {
  const fs::path path = folder / kManifestName;
  std::error_code none;
  if (!fs::is_regular_file(path, none)) return {};
  try {
    return parse_manifest(read_whole_file(path));
  } catch (const std::exception& error) {
    throw FileError(
        fmt::format("{}: not the manifest of a run: {}; train again into this folder, or name a "
                    "model file instead of the folder",
                    path.string(), error.what()));
  }
}

std::vector<std::string> files_of_former_run(const fs::path& folder) {
  std::optional<RunManifest> former;
  try {
    former = read_manifest_here(folder);
  } catch (const FileError&) {
    // A damaged manifest names nothing; its folder is treated as one that has none.
  }
  if (!former) return files_of_version_0_1(folder);
  std::vector<std::string> names;
  for (const RunFile& file : former->files) names.push_back(file.name);
  for (const RunPart& part : former->parts) {
    // A folder that lost its manifest may be somebody's work by now.
    std::error_code none;
    if (!fs::is_regular_file(folder / part.folder / kManifestName, none)) continue;
    std::string name = first_step(part.folder);
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

void fill_in_parts(const fs::path& staging, RunManifest& manifest) {
  for (RunPart& part : manifest.parts) {
    const fs::path file = staging / part.folder / kManifestName;
    std::error_code none;
    if (!is_name_of_part(part.folder) || !fs::is_regular_file(file, none)) {
      throw ConfigError(fmt::format("commit_run: the part '{}' has no manifest", part.folder));
    }
    part.sha256 = sha256_of_file(file);
  }
}

// Throws unless the model, split and configuration files are as the run wrote them.
void check_unchanged(const fs::path& folder, const RunManifest& manifest) {
  for (const std::string& name : changed_files(folder, manifest)) {
    if (!name.ends_with(".safetensors") && !name.ends_with(".json")) continue;  // tables may be edited
    throw FileError(
        fmt::format("{}: {} is not the file that the training wrote into this folder; train again, or "
                    "name the model file that you trust instead of the folder",
                    folder.string(), name));
  }
}

void append_models(const fs::path& folder, const RunManifest& manifest, std::vector<fs::path>& models) {
  for (const RunFile& file : manifest.files) {
    if (file.name.ends_with(".safetensors")) models.push_back(folder / file.name);
  }
  for (const RunPart& part : manifest.parts) {
    const std::optional<RunManifest> inner = read_manifest_here(folder / part.folder);
    if (inner) append_models(folder / part.folder, *inner, models);
  }
}

}  // namespace

std::string run_date() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
}

void commit_run(FolderTransaction& transaction, RunManifest manifest,
                std::span<const std::string> more_obsolete) {
  const fs::path& staging = transaction.staging();
  if (manifest.date.empty()) manifest.date = run_date();
  manifest.files.clear();
  for (const std::string& name : file_names(staging)) {
    manifest.files.push_back({name, sha256_of_file(staging / name)});
  }
  fill_in_parts(staging, manifest);
  std::vector<std::string> obsolete = files_of_former_run(staging.parent_path());
  obsolete.insert(obsolete.end(), more_obsolete.begin(), more_obsolete.end());
  std::erase_if(obsolete, [&](const std::string& name) {
    const auto stays = [&](const RunPart& part) { return first_step(part.folder) == name; };
    return std::ranges::find(manifest.files, name, &RunFile::name) != manifest.files.end() ||
           std::ranges::any_of(manifest.parts, stays);
  });
  AtomicFile file(staging / kManifestName);
  file.stream() << to_json(manifest);
  file.commit();
  transaction.commit(obsolete, kManifestName);
}

std::optional<RunManifest> read_run_manifest(const fs::path& folder) {
  finish_commit(folder);
  return read_manifest_here(folder);
}

std::vector<std::string> changed_files(const fs::path& folder, const RunManifest& manifest) {
  std::vector<std::string> changed;
  for (const RunFile& file : manifest.files) {
    const fs::path path = folder / file.name;
    std::error_code none;
    if (!fs::is_regular_file(path, none) || sha256_of_file(path) != file.sha256) changed.push_back(file.name);
  }
  for (const RunPart& part : manifest.parts) {
    const fs::path inside = folder / part.folder;
    std::error_code none;
    const fs::path own = inside / kManifestName;
    if (!fs::is_regular_file(own, none) || sha256_of_file(own) != part.sha256) {
      changed.push_back((fs::path(part.folder) / kManifestName).generic_string());
      continue;
    }
    for (const std::string& name : changed_files(inside, read_manifest_here(inside).value())) {
      changed.push_back((fs::path(part.folder) / name).generic_string());
    }
  }
  return changed;
}

// Each run has a manifest of its own, which takes its place last.
std::vector<std::string> states_of_runs(std::span<const fs::path> paths) {
  std::vector<std::string> states;
  for (const fs::path& path : paths) {
    std::error_code none;
    std::string& state = states.emplace_back();
    if (!fs::is_directory(path, none)) continue;
    finish_commit(path);
    if (fs::is_regular_file(path / kManifestName, none)) state = read_whole_file(path / kManifestName);
  }
  return states;
}

void read_whole_runs(std::span<const fs::path> paths, const std::function<void()>& read) {
  constexpr int kMostReadings = 100;
  for (int reading = 0; reading < kMostReadings; ++reading) {
    const std::vector<std::string> before = states_of_runs(paths);
    try {
      read();
    } catch (const Error&) {
      if (states_of_runs(paths) == before) throw;
      continue;
    }
    if (states_of_runs(paths) == before) return;
  }
  throw FileError(
      "the run is replaced again and again while it is read; wait until its trainings have ended");
}

bool holds_finished_run(const fs::path& folder, const std::string& identity) {
  const std::optional<RunManifest> manifest = read_run_manifest(folder);
  return manifest && !manifest->stopped && manifest->identity == identity &&
         changed_files(folder, *manifest).empty();
}

void check_parts_can_be_written(const fs::path& folder, std::span<const std::string> parts) {
  const std::vector<std::string> former = files_of_former_run(folder);
  for (const std::string& part : parts) {
    const std::string name = first_step(part);
    std::error_code none;
    if (!fs::exists(fs::symlink_status(folder / name, none))) continue;
    if (std::ranges::find(former, name) != former.end()) continue;
    throw FileError(
        fmt::format("{}: no training has written this folder, and the run would take its place; move it, or "
                    "choose another output folder",
                    (folder / name).string()));
  }
}

std::vector<fs::path> model_files_of(const fs::path& folder) {
  const std::optional<RunManifest> manifest = read_run_manifest(folder);
  std::vector<fs::path> models;
  if (!manifest) {
    for (const std::string& name : file_names(folder)) {
      if (name.ends_with(".safetensors")) models.push_back(folder / name);
    }
  } else {
    check_unchanged(folder, *manifest);
    append_models(folder, *manifest, models);
  }
  if (models.empty()) {
    throw FileError(folder.string() + ": there is no model (*.safetensors) in this folder");
  }
  return models;
}

}  // namespace plstm
