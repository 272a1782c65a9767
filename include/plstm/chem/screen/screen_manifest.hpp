#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/screen/screen_part.hpp>
#include <plstm/chem/screen/screen_plan.hpp>

namespace plstm {

/// Shard `number` of `count`, from 1: the parts number - 1, number - 1 + count, ... of a plan.
struct Shard {
  std::int64_t number = 1, count = 1;

  bool has(std::int64_t part) const noexcept { return part % count == number - 1; }
  bool operator==(const Shard&) const = default;
};

/// "3/8" as a shard. Throws ConfigError unless it is two numbers with 1 <= number <= count.
Shard parse_shard(const std::string& text);

/// "manifest.json" of one shard alone, else "manifest_3_of_8.json".
std::string screen_manifest_name(const Shard& shard);

/// An input as manifests have it.
struct ScreenSource {
  std::string path;
  std::int64_t bytes = 0;
  std::string sha256;
  std::int64_t rows = 0;

  bool operator==(const ScreenSource&) const = default;
};

/// A file of the folder that holds the best rows of all parts.
struct BestFile {
  std::string name;
  std::int64_t rows = 0;
  std::string sha256;

  bool operator==(const BestFile&) const = default;
};

/// What the folder of a screen says of itself: how it was made, and the parts that are finished.
struct ScreenManifest {
  std::string version;  ///< of plstm
  std::map<std::string, std::string>
      settings;  ///< all that decides the result, by name; the model by its digest
  std::vector<ScreenSource> inputs;
  std::int64_t part_rows = 0;
  std::int64_t num_parts = 0;  ///< of the whole
  Shard shard;
  bool gzip = false;                    ///< parts are compressed
  std::vector<ScreenPartRecord> parts;  ///< those that are finished, ascending
  std::optional<BestFile> best;         ///< of the whole, once it is finished

  /// Whether all parts of the shard are finished.
  bool complete() const;

  bool operator==(const ScreenManifest&) const = default;
};

/// Without parts yet. `version` is that of the program.
ScreenManifest make_manifest(const ScreenPlan& plan, const Shard& shard, bool gzip, std::string version,
                             std::map<std::string, std::string> settings);

/// Throws ConfigError, beginning with `folder`, naming the first input or setting in which two manifests differ: parts of both
/// would not make up one table. Paths of inputs may differ where their contents are the same.
void check_same_screen(const ScreenManifest& present, const ScreenManifest& wanted,
                       const std::filesystem::path& folder);

std::string screen_manifest_json(const ScreenManifest& manifest);
/// Inverse of screen_manifest_json. Throws FileError, beginning with `name`, for another text.
ScreenManifest parse_screen_manifest(const std::string& json, const std::string& name);

}  // namespace plstm
