#include "catalog.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/files/input_file.hpp>

#include "support/json_text.hpp"

namespace plstm::bench {
namespace {

namespace fs = std::filesystem;

bool is_tu_folder(const fs::path& folder) {
  std::error_code none;
  return fs::is_regular_file(folder / (folder.filename().string() + "_A.txt"), none);
}

bool is_molecule_file(const fs::path& file) {
  std::error_code none;
  const std::string kind = kind_of_file(file);
  return (kind == ".csv" || kind == ".tsv" || kind == ".smi") && fs::is_regular_file(file, none);
}

// The manifest's entries by name, in its order; an empty object if there is no manifest.
Json read_manifest(const BenchOptions& options) {
  fs::path path = options.manifest;
  std::error_code none;
  if (path.empty()) path = data_folder(options) / "manifest.json";
  if (options.manifest.empty() && !fs::exists(path, none)) path = fs::path("datasets") / "manifest.json";
  if (options.manifest.empty() && !fs::exists(path, none)) return Json::object();
  const std::string text = read_whole_file(path);
  try {
    check_json_depth(text);
  } catch (const FileError& error) {
    throw FileError(fmt::format("{}: {}", path.string(), error.what()));
  }
  const Json json = apps::try_parse_json(text);
  if (!json.is_object() || !json.contains("sets") || !json["sets"].is_array()) {
    throw FileError(path.string() + ": no manifest: expected a JSON object with a list 'sets'");
  }
  Json entries = Json::object();
  try {
    for (const Json& entry : json["sets"]) entries[entry.at("name").get<std::string>()] = entry;
  } catch (const Json::exception& error) {
    throw FileError(fmt::format("{}: {}", path.string(), error.what()));
  }
  return entries;
}

// The columns of the file that the manifest calls labels: under their published names, or those of our
// tables; none if the file has neither.
std::vector<std::string> label_columns(const Json& known, const std::vector<std::string>& header) {
  for (const char* key : {"published", "name"}) {
    std::vector<std::string> columns;
    for (const Json& label : known.value("labels", Json::array())) columns.push_back(label.value(key, ""));
    const bool all = std::ranges::all_of(columns, [&](const std::string& column) {
      return std::ranges::find(header, column) != header.end();
    });
    if (all) return columns;
  }
  return {};
}

// What the manifest says of the data set, if anything.
void apply_manifest(const Json& manifest, DatasetEntry& entry) {
  if (!manifest.contains(entry.name)) return;
  const Json& known = manifest[entry.name];
  entry.title = known.value("title", "");
  entry.directed = known.value("directed", false);
  entry.task = known.value("task", "");
  if (entry.task == "multiclass") entry.task = "classification";
  if (entry.kind == DataKind::kTu || kind_of_file(entry.path) != ".csv") return;
  InputFile input(entry.path);
  const std::vector<std::string> header = CsvReader(input.stream(), input.name()).header();
  const std::string smiles = known.value("smiles", "");
  if (std::ranges::find(header, smiles) != header.end()) entry.smiles_column = smiles;
  entry.target_columns = label_columns(known, header);
}

// The name of a file without its endings: "A" for "A.csv.gz".
std::string base_name(const fs::path& path) {
  return (path.extension() == ".gz" ? path.stem() : path).stem().string();
}

bool is_there(const fs::path& place, DataKind kind) {
  return kind == DataKind::kTu ? is_tu_folder(place) : is_molecule_file(place);
}

// Where a data set of that name may lie.
std::vector<fs::path> places_of(const std::string& name, DataKind kind, const Json& manifest,
                                const fs::path& folder) {
  std::vector<fs::path> places;
  if (kind == DataKind::kMolecules) {
    places.insert(places.end(), {folder / (name + ".csv"), folder / (name + ".csv.gz")});
  }
  places.push_back(folder / name);
  if (manifest.contains(name)) {
    const std::string file = manifest[name].value("read", name);
    places.insert(places.end(), {folder / file, folder / name / file});
  }
  places.emplace_back(name);
  for (fs::path& place : places) {
    if (!place.has_filename()) place = place.parent_path();  // "folder/"
  }
  return places;
}

DatasetEntry make_entry(const std::string& name, const fs::path& path, DataKind kind, const Json& manifest) {
  DatasetEntry entry;
  entry.name = manifest.contains(name) ? name
               : kind == DataKind::kTu ? path.filename().string()
                                       : base_name(path);
  entry.kind = kind;
  entry.path = path;
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
  const std::vector<fs::path> places = places_of(name, options.kind, manifest, data_folder(options));
  const auto place =
      std::ranges::find_if(places, [&](const fs::path& path) { return is_there(path, options.kind); });
  if (place == places.end()) {
    throw FileError(fmt::format(
        "data set '{}' is not there: {} is no {}; name the folder of the data sets with --data-dir or "
        "PLSTM_DATASETS",
        name, places.front().string(),
        options.kind == DataKind::kTu ? fmt::format("folder with {}_A.txt", name) : std::string("file")));
  }
  DatasetEntry entry = make_entry(name, *place, options.kind, manifest);
  entry.directed = entry.directed || options.directed;
  if (!options.task.empty()) entry.task = options.task;
  if (!options.smiles_column.empty()) entry.smiles_column = options.smiles_column;
  if (!options.target_columns.empty()) entry.target_columns = options.target_columns;
  return entry;
}

std::vector<DatasetEntry> list_datasets(const BenchOptions& options) {
  const Json manifest = read_manifest(options);
  const fs::path folder = data_folder(options);
  std::vector<DatasetEntry> entries;
  for (const auto& [name, known] : manifest.items()) {
    const DataKind kind = known.value("kind", "") == "tu" ? DataKind::kTu : DataKind::kMolecules;
    std::vector<fs::path> places = places_of(name, kind, manifest, folder);
    const auto place =
        std::ranges::find_if(places, [&](const fs::path& path) { return is_there(path, kind); });
    if (place != places.end()) {
      entries.push_back(make_entry(name, *place, kind, manifest));
    } else {
      DatasetEntry& missing = entries.emplace_back();
      missing.name = name;
      missing.kind = kind;
      missing.title = known.value("title", "");
    }
  }
  std::error_code none;
  for (const auto& item : fs::directory_iterator(folder, none)) {
    const bool is_known =
        std::ranges::any_of(entries, [&](const DatasetEntry& entry) { return entry.path == item.path(); });
    if (is_known) continue;
    for (const DataKind kind : {DataKind::kTu, DataKind::kMolecules}) {
      if (is_there(item.path(), kind)) {
        entries.push_back(make_entry(base_name(item.path()), item.path(), kind, manifest));
      }
    }
  }
  std::ranges::sort(entries, {},
                    [](const DatasetEntry& entry) { return std::tuple(entry.kind, entry.name); });
  return entries;
}

}  // namespace plstm::bench
