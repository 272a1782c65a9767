#include "catalog.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <tuple>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm::bench {
namespace {

namespace fs = std::filesystem;

bool is_tu_folder(const fs::path& folder) {
  std::error_code none;
  return fs::is_regular_file(folder / (folder.filename().string() + "_A.txt"), none);
}

bool is_molecule_file(const fs::path& file) {
  std::error_code none;
  const fs::path extension = file.extension();
  return (extension == ".csv" || extension == ".tsv" || extension == ".smi") &&
         fs::is_regular_file(file, none);
}

// The manifest's entries by name; an empty object if there is no manifest.
Json read_manifest(const BenchOptions& options) {
  fs::path path = options.manifest;
  if (path.empty()) {
    path = data_folder(options) / "manifest.json";
    std::error_code none;
    if (!fs::exists(path, none)) return Json::object();
  }
  std::ifstream stream(path);
  if (!stream) throw FileError(path.string() + ": cannot be read");
  const Json json = Json::parse(stream, nullptr, false);
  if (!json.is_object() || !json.contains("datasets") || !json["datasets"].is_array()) {
    throw FileError(path.string() + ": no manifest: expected a JSON object with a list 'datasets'");
  }
  Json entries = Json::object();
  for (const Json& entry : json["datasets"]) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) {
      throw FileError(path.string() + ": a data set of the manifest has no name");
    }
    entries[entry["name"].get<std::string>()] = entry;
  }
  return entries;
}

// What the manifest says of the data set, if anything.
void apply_manifest(const Json& manifest, DatasetEntry& entry) {
  if (!manifest.contains(entry.name)) return;
  const Json& known = manifest[entry.name];
  entry.title = known.value("title", "");
  entry.directed = known.value("directed", false);
  entry.task = known.value("task", "");
  entry.smiles_column = known.value("smiles_column", "");
  entry.target_columns = known.value("target_columns", std::vector<std::string>());
}

DatasetEntry make_entry(const fs::path& path, DataKind kind, const Json& manifest) {
  DatasetEntry entry;
  entry.kind = kind;
  entry.path = path;
  entry.name = kind == DataKind::kTu ? path.filename().string() : path.stem().string();
  apply_manifest(manifest, entry);
  return entry;
}

}  // namespace

fs::path data_folder(const BenchOptions& options) {
  if (!options.data_dir.empty()) return options.data_dir;
  const char* variable = std::getenv("PLSTM_DATASETS");
  return variable != nullptr && *variable != '\0' ? variable : ".";
}

DatasetEntry find_dataset(const std::string& name, const BenchOptions& options) {
  const Json manifest = read_manifest(options);
  const fs::path folder = data_folder(options);
  std::vector<fs::path> places{folder / name, fs::path(name)};
  if (options.kind == DataKind::kMolecules) places.insert(places.begin(), folder / (name + ".csv"));
  for (fs::path& place : places) {
    if (!place.has_filename()) place = place.parent_path();
    if (!(options.kind == DataKind::kTu ? is_tu_folder(place) : is_molecule_file(place))) continue;
    DatasetEntry entry = make_entry(place, options.kind, manifest);
    entry.directed = entry.directed || options.directed;
    if (!options.task.empty()) entry.task = options.task;
    if (!options.smiles_column.empty()) entry.smiles_column = options.smiles_column;
    if (!options.target_columns.empty()) entry.target_columns = options.target_columns;
    return entry;
  }
  throw FileError(fmt::format(
      "data set '{}' is not there: {} is no {}; name the folder of the data sets with --data-dir or "
      "PLSTM_DATASETS",
      name, places.front().string(),
      options.kind == DataKind::kTu ? fmt::format("folder with {}_A.txt", name) : std::string("file")));
}

std::vector<DatasetEntry> list_datasets(const BenchOptions& options) {
  const Json manifest = read_manifest(options);
  std::vector<DatasetEntry> entries;
  std::error_code none;
  for (const auto& item : fs::directory_iterator(data_folder(options), none)) {
    if (is_tu_folder(item.path())) entries.push_back(make_entry(item.path(), DataKind::kTu, manifest));
    if (is_molecule_file(item.path()))
      entries.push_back(make_entry(item.path(), DataKind::kMolecules, manifest));
  }
  std::ranges::sort(entries, {},
                    [](const DatasetEntry& entry) { return std::tuple(entry.kind, entry.name); });
  return entries;
}

}  // namespace plstm::bench
