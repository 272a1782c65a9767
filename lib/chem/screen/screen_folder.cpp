#include "plstm/chem/screen/screen_folder.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/screen/best_rows.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/core/files/whole_file.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/files/input_file.hpp>
#include <plstm/data/files/output_file.hpp>

#include "chem/screen/rank_manifests.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostManifestBytes = std::uintmax_t{1} << 32;

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder)) {
    throw FileError(fmt::format("{}: the output folder cannot be made ({}); choose another with -o",
                                folder.string(), error ? error.message() : "a file of that name exists"));
  }
}

void write_text(const fs::path& path, const std::string& text) {
  AtomicFile file(path);
  file.stream() << text;
  file.commit();
}

ScreenManifest read_manifest(const fs::path& path) {
  return parse_screen_manifest(read_whole_file(path, kMostManifestBytes), path.string());
}

// Manifests of all shards, and of the whole.
std::vector<ScreenManifest> manifests_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("manifest") && name.ends_with(".json")) paths.push_back(entry.path());
  }
  if (error) throw FileError(fmt::format("{}: cannot be read ({})", folder.string(), error.message()));
  std::ranges::sort(paths);
  std::vector<ScreenManifest> manifests;
  for (const fs::path& path : paths) manifests.push_back(read_manifest(path));
  return manifests;
}

bool is_as_written(const fs::path& folder, const ScreenPartRecord& part) {
  std::error_code error;
  const fs::path path = folder / part.name;
  const auto size = fs::file_size(path, error);
  return !error && std::cmp_equal(size, part.bytes) && sha256_of_file(path) == part.sha256;
}

// Removes what a killed process has begun to write of these parts.
void remove_partial_parts(const fs::path& folder, std::span<const std::string> names) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool ours = std::ranges::any_of(
        names, [&](const std::string& part) { return name.starts_with("." + part + "."); });
    if (ours && name.ends_with(".partial")) found.push_back(entry.path());
  }
  std::error_code left;
  for (const fs::path& path : found) fs::remove(path, left);
}

// Puts a file into another folder of the same file system.
void move_into(const fs::path& folder, const fs::path& file) {
  std::error_code error;
  fs::rename(file, folder / file.filename(), error);
  if (error) {
    throw FileError(
        fmt::format("{}: cannot be put into {} ({})", file.string(), folder.string(), error.message()));
  }
}

}  // namespace

ScreenPlan screen_plan_for(const fs::path& folder, std::span<const fs::path> files,
                           const MoleculeReaderOptions& options, std::int64_t part_rows,
                           const std::function<void(std::int64_t)>& progress) {
  const fs::path path = folder / kScreenPlanName;
  std::error_code none;
  if (fs::exists(path, none)) {
    try {
      ScreenPlan plan = parse_screen_plan(read_whole_file(path, kMostManifestBytes), path.string());
      if (seems_current(plan, files, options, part_rows)) return plan;
    } catch (const FileError&) {  // of another version; it is only there to save time
    }
  }
  return plan_screen(files, options, part_rows, progress);
}

void write_screen_plan(const ScreenPlan& plan, const fs::path& folder) {
  make_folder(folder);
  write_text(folder / kScreenPlanName, screen_plan_json(plan));
}

ScreenFolder::ScreenFolder(fs::path folder, const ScreenManifest& wanted, const ScreenPlan& plan, bool resume)
    : folder_(std::move(folder)), manifest_(wanted) {
  make_folder(folder_);
  const Shard& shard = wanted.shard;
  locked_ = shard.count == 1 ? folder_ : folder_ / fmt::format(".shard_{}_of_{}", shard.number, shard.count);
  make_folder(locked_);
  lock_.emplace(locked_);
  const std::vector<ScreenManifest> present = manifests_in(folder_);
  const bool whole = std::ranges::any_of(
      present, [](const ScreenManifest& each) { return each.shard.count == 1 && each.complete(); });
  bool known = false;
  for (ScreenManifest each : present) {
    const bool own = each.shard == shard;
    // The manifest of the whole stands beside those of its shards.
    if (whole && (each.shard.count == 1 || shard.count == 1)) each.shard.count = shard.count;
    check_same_screen(each, wanted, folder_);
    if (!own) continue;
    if (!resume) {
      throw FileError(
          fmt::format("{}: has parts of an earlier run ({}); say --resume to go on from them, or choose "
                      "another folder",
                      folder_.string(), screen_manifest_name(shard)));
    }
    manifest_ = std::move(each);
    known = true;
  }
  if (known && locked_ == folder_) {  // what the ranks of a killed run had finished
    for (const ScreenManifest& each : rank_manifests_in(folder_)) {
      check_same_screen(each, wanted, folder_);
      for (const ScreenPartRecord& part : each.parts) insert(part);
    }
  }
  if (!present.empty() && !known)
    manifest_.inputs = present.front().inputs;  // with the names of the first shard
  std::vector<std::string> names;
  for (std::int64_t part = shard.number - 1; part < wanted.num_parts; part += shard.count) {
    names.push_back(part_name(part, wanted.num_parts, wanted.gzip));
  }
  std::error_code none;
  const auto foreign =
      std::ranges::find_if(names, [&](const std::string& name) { return fs::exists(folder_ / name, none); });
  if (!known && foreign != names.end()) {
    throw FileError(
        fmt::format("{}: is there already, and no manifest says what it is; choose another folder",
                    (folder_ / *foreign).string()));
  }
  remove_partial_files(locked_);
  if (locked_ != folder_) remove_partial_parts(folder_, names);
  std::vector<std::uint8_t> good(manifest_.parts.size());
  parallel_for(good.size(), 1,
               [&](std::size_t i) { good[i] = is_as_written(folder_, manifest_.parts[i]) ? 1 : 0; });
  std::vector<ScreenPartRecord> kept;
  for (std::size_t i = 0; i < good.size(); ++i) {
    if (good[i] != 0) kept.push_back(manifest_.parts[i]);
  }
  spoilt_ = std::ssize(manifest_.parts) - std::ssize(kept);
  manifest_.parts = std::move(kept);
  if (spoilt_ > 0) manifest_.best.reset();
  const bool finished = manifest_.complete() && whole;
  if (!finished) put(kScreenPlanName, screen_plan_json(plan));
  write(manifest_);
  if (locked_ == folder_) remove_rank_manifests(folder_);
}

ScreenFolder::~ScreenFolder() {
  lock_.reset();
  std::error_code left;
  if (locked_ != folder_) fs::remove_all(locked_, left);
}

void ScreenFolder::write(const ScreenManifest& manifest) const {
  put(screen_manifest_name(manifest.shard), screen_manifest_json(manifest));
}

// Files that shards share, or that others read, are written where nobody else writes: what a killed process leaves there
// is known to be its own.
void ScreenFolder::put(const std::string& name, const std::string& text) const {
  write_text(locked_ / name, text);
  move_into(folder_, locked_ / name);
}

std::vector<std::int64_t> ScreenFolder::pending() const {
  std::vector<std::int64_t> parts;
  auto done = manifest_.parts.begin();
  const Shard& shard = manifest_.shard;
  for (std::int64_t part = shard.number - 1; part < manifest_.num_parts; part += shard.count) {
    if (done != manifest_.parts.end() && done->part == part) {
      ++done;
    } else {
      parts.push_back(part);
    }
  }
  return parts;
}

void ScreenFolder::add(const ScreenPartRecord& part) {
  if (!manifest_.shard.has(part.part)) {
    throw ConfigError(fmt::format("part {} does not belong to shard {}/{}", part.part, manifest_.shard.number,
                                  manifest_.shard.count));
  }
  insert(part);
  write(manifest_);
}

void ScreenFolder::insert(const ScreenPartRecord& part) {
  const auto place = std::ranges::lower_bound(manifest_.parts, part.part, {}, &ScreenPartRecord::part);
  if (place != manifest_.parts.end() && place->part == part.part) {
    *place = part;
  } else {
    manifest_.parts.insert(place, part);
  }
}

bool ScreenFolder::finish(const std::optional<BestOptions>& best, std::span<const std::string> header) {
  if (!manifest_.complete()) return false;
  ScreenManifest whole = manifest_;
  whole.shard = {};
  if (manifest_.shard.count > 1) {
    whole.parts.clear();
    for (const ScreenManifest& each : manifests_in(folder_)) {
      if (each.shard.count != manifest_.shard.count) continue;
      whole.parts.insert(whole.parts.end(), each.parts.begin(), each.parts.end());
    }
    std::ranges::sort(whole.parts, {}, &ScreenPartRecord::part);
    if (!whole.complete()) return false;
  }
  if (best.has_value()) {
    std::vector<fs::path> paths;
    for (const ScreenPartRecord& part : whole.parts) paths.push_back(folder_ / part.name);
    const std::string name = manifest_.gzip ? "best.csv.gz" : "best.csv";
    const std::int64_t rows = merge_best(paths, header, *best, locked_ / name);
    move_into(folder_, locked_ / name);
    whole.best = {name, rows, sha256_of_file(folder_ / name)};
  }
  write(whole);
  if (manifest_.shard.count == 1) manifest_ = std::move(whole);
  std::error_code none;
  fs::remove(folder_ / kScreenPlanName, none);  // which was only to save time
  return true;
}

std::int64_t merge_best(std::span<const fs::path> parts, std::span<const std::string> header,
                        const BestOptions& best, const fs::path& output) {
  const auto place_of = [&](const std::string& name) {
    const auto found = std::ranges::find(header, name);
    if (found == header.end()) throw ConfigError(fmt::format("the parts have no column '{}'", name));
    return static_cast<std::size_t>(found - header.begin());
  };
  const std::size_t row_column = place_of("row"), judged = place_of(best.by);
  BestRows rows(best.keep, best.lowest);
  std::vector<std::string> names(header.begin(), header.end());
  for (const fs::path& part : parts) {
    InputFile file(part);
    CsvReader reader(file.stream(), part.string(), {.delimiter = ',', .header = true, .detect = false});
    names = reader.header();
    std::int64_t place = 0;
    for (CsvRow row; reader.next(row); ++place) {
      const bool has_cells = row.problem.empty() && row.fields.size() == header.size();
      const auto value = has_cells ? number_of_cell(row.fields[judged]) : std::nullopt;
      const auto number = has_cells ? number_of_cell(row.fields[row_column]) : std::nullopt;
      if (!value.has_value() || !number.has_value()) {
        throw FileError(
            fmt::format("{}: line {}: is no row of a part; make the part again by removing it and saying "
                        "--resume",
                        part.string(), row.line));
      }
      const auto molecule = static_cast<std::int64_t>(*number);
      if (!rows.would_keep(*value, molecule, place)) continue;
      rows.offer({*value, molecule, place, csv_row(row.fields)});
    }
  }
  OutputFile file(output);
  file.stream() << csv_row(names);
  std::int64_t written = 0;
  for (const RankedRow& row : rows.take()) {
    file.stream() << row.text;
    ++written;
  }
  file.commit();
  return written;
}

}  // namespace plstm
