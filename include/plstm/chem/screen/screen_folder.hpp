#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/screen/screen_manifest.hpp>
#include <plstm/chem/screen/screen_part.hpp>
#include <plstm/chem/screen/screen_plan.hpp>
#include <plstm/core/files/folder_lock.hpp>

namespace plstm {

/// The name of the plan in its folder.
inline constexpr const char* kScreenPlanName = "plan.json";

/// The plan that the folder has, if the files still seem to be those that were counted (seems_current); else a new one of
/// plan_screen(), which is not written. Throws what plan_screen() throws.
ScreenPlan screen_plan_for(const std::filesystem::path& folder, std::span<const std::filesystem::path> files,
                           const MoleculeReaderOptions& options, std::int64_t part_rows,
                           const std::function<void(std::int64_t)>& progress = {});

/// Makes the folder if need be and writes the plan there, so that shards need not count the rows themselves. Throws
/// FileError.
void write_screen_plan(const ScreenPlan& plan, const std::filesystem::path& folder);

/// The folder in which a screen, or one shard of it, is made part by part: it knows which parts are finished and writes that
/// down after each of them, so that what is killed at any moment can go on. Shards of one screen may work in one folder at a
/// time, each with an object of its own; a second object for the same shard is kept out by a lock. One thread at a time.
class ScreenFolder {
 public:
  /// Makes the folder if need be. `wanted` is what make_manifest() made. With `resume` goes on from the parts that are there;
  /// those whose files are not as they were written are pending again. Throws ConfigError if they were made from
  /// other inputs, with other settings or for another number of shards (check_same_screen); without `resume` FileError if
  /// there are parts already. FileError if the folder is locked or cannot be written.
  ScreenFolder(std::filesystem::path folder, const ScreenManifest& wanted, const ScreenPlan& plan,
               bool resume);
  ~ScreenFolder();
  ScreenFolder(const ScreenFolder&) = delete;
  ScreenFolder& operator=(const ScreenFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return folder_; }
  const ScreenManifest& manifest() const noexcept { return manifest_; }
  /// The parts of the shard that are still to be made, ascending.
  std::vector<std::int64_t> pending() const;
  /// Parts of the manifest whose files were changed or lost since.
  std::int64_t num_spoilt() const noexcept { return spoilt_; }

  /// Notes that a part was written into the folder (PartPredictor::predict), in any order. Throws FileError.
  void add(const ScreenPartRecord& part);

  /// Once no part is pending: if all other shards are finished, too, writes the manifest of the whole, and with `best` the file
  /// "best.csv" of the best rows of all parts, the best first. The last shard that comes here does it. Returns whether the
  /// whole is finished. `header` is PartPredictor::header(). Throws FileError, also if a part was changed since.
  bool finish(const std::optional<BestOptions>& best, std::span<const std::string> header);

 private:
  void insert(const ScreenPartRecord& part);
  void write(const ScreenManifest& manifest) const;
  void put(const std::string& name, const std::string& text) const;

  std::filesystem::path folder_;
  std::filesystem::path locked_;  // the folder, or one inside for a shard
  std::optional<FolderLock> lock_;
  ScreenManifest manifest_;
  std::int64_t spoilt_ = 0;
};

/// Writes the best rows of the parts as a table, the best first. Each part is a table of its best rows with these columns, of
/// which "row" and that of `best` are read. Returns the number of rows. Throws FileError.
std::int64_t merge_best(std::span<const std::filesystem::path> parts, std::span<const std::string> header,
                        const BestOptions& best, const std::filesystem::path& output);

}  // namespace plstm
