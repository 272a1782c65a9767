#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/files/folder_transaction.hpp>

namespace plstm {

/// A file of a run.
struct RunFile {
  std::string name;    ///< without a folder
  std::string sha256;  ///< of its contents

  bool operator==(const RunFile&) const = default;
};

/// A training that is part of a run of several, such as a fold of a cross-validation: a folder inside with a manifest of
/// its own.
struct RunPart {
  std::string folder;  ///< "fold_1", or "replicate_1/fold_1"
  std::string sha256;  ///< of its manifest

  bool operator==(const RunPart&) const = default;
};

/// What the folder of a training says of itself in its file manifest.json: that all its files are of one run.
struct RunManifest {
  std::string version;      ///< of the program that wrote it
  std::string date;         ///< when the run was written: ISO 8601, UTC
  std::string data_path;    ///< as the user named it
  std::string data_sha256;  ///< of the data file; empty if it could be read once only, like a pipe
  std::int64_t rows = 0;    ///< of the data
  std::string identity;  ///< digest of all that decides the result; a run of equal identity would be the same
  std::uint64_t seed = 0;
  std::int32_t members = 0;          ///< models that the run has
  std::int32_t planned_members = 0;  ///< models that it was to have: more if it was stopped
  bool stopped = false;              ///< by the user, before the training was over
  std::string scores = "{}";         ///< a JSON object: of the test rows
  std::string
      division;  ///< of a run of several trainings: how the rows were divided, such as "random 5-fold"
  std::vector<RunPart> parts;  ///< its trainings in their order; empty for a run of one
  std::vector<RunFile> files;  ///< all but the manifest itself and those of the parts, by name
};

/// The present time as manifests have it.
std::string run_date();

/// The name of the manifest in its folder.
inline constexpr const char* kManifestName = "manifest.json";

/// Makes what was staged the run of the folder: writes the manifest with the digests of all staged files, moves all
/// into place, and removes the files and parts of the run before that this one does not have. The parts must be staged
/// with the manifests that commit_run() wrote for them; their digests are filled in. Of a folder without a manifest
/// (version 0.1) these are the models and records that version wrote. Files named `obsolete` are removed, too, unless
/// they were staged. The files of the manifest are filled in, and its date unless it has one. Throws FileError; ConfigError if `scores` is
/// no JSON object, or if a part has no manifest.
void commit_run(FolderTransaction& transaction, RunManifest manifest,
                std::span<const std::string> obsolete = {});

/// The manifest of a folder, after ending what a killed process left half written; nothing if there is none. Throws
/// FileError naming the file if it is no manifest.
std::optional<RunManifest> read_run_manifest(const std::filesystem::path& folder);

/// Names of files that differ from what the manifest says, or are missing; those of parts with their folder.
std::vector<std::string> changed_files(const std::filesystem::path& folder, const RunManifest& manifest);

/// What tells the runs of the folders among `paths` from later ones: equal as long as no run was put into place. Waits
/// for a run that is being put there. Throws FileError.
std::vector<std::string> states_of_runs(std::span<const std::filesystem::path> paths);

/// Calls `read`, which reads files of the folders among `paths`, until none of them has got a new run meanwhile. What the
/// last call has read of a folder is therefore of one run, though another process may put a run into place at any
/// moment. `read` may be called several times, and what a call throws between two runs is no error. Throws what the last
/// call throws, and FileError if a folder gets new runs faster than it can be read.
void read_whole_runs(std::span<const std::filesystem::path> paths, const std::function<void()>& read);

/// Whether the folder holds the run of this identity, trained to its end, with all its files as they were written. Ends
/// what a killed process left half written. False if there is no such folder. Throws FileError naming the manifest if
/// it is none.
bool holds_finished_run(const std::filesystem::path& folder, const std::string& identity);

/// Throws FileError for a folder inside `folder` that a run with parts would take the place of, though no run has written
/// it: it may hold the work of somebody.
void check_parts_can_be_written(const std::filesystem::path& folder, std::span<const std::string> parts);

/// The models (*.safetensors) of a folder, sorted by name. With a manifest they are those of its run and then those of its
/// parts, and models,
/// splits and configuration (*.safetensors, *.json) must be as the run wrote them; without one they are all model files
/// of the folder. Throws FileError naming the folder or the file that was changed; the message says the way out.
std::vector<std::filesystem::path> model_files_of(const std::filesystem::path& folder);

}  // namespace plstm
