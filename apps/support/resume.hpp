#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <plstm/train/loop/trainer_state.hpp>

namespace CLI {
class App;
}

namespace plstm::apps {

/// What the command line says about checkpoints (plstm/train/files/training_checkpoint.hpp).
struct ResumeOptions {
  bool resume = false;
  double seconds = 60;                     ///< between two checkpoints; 0: one after each step
  std::optional<double> max_seconds = {};  ///< that the program may take; absent: any
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();  ///< of the program

  /// Of max_seconds, for StopSignal.
  std::optional<double> seconds_left() const;
};

/// Adds --resume, --checkpoint-seconds and --max-time.
void add_resume_flags(CLI::App& app, ResumeOptions& options);

/// Seconds of "90", "90s", "30m", "2.5h", "3d", "30:00" or "11:30:00". Throws ConfigError.
double parse_duration(const std::string& text);

/// Before a run begins in a folder, with the checkpoints that are there: unless the run resumes they get the ending
/// .given_up, so that one who forgot the flag has lost nothing. Returns what the user should know in a line, or an empty
/// text. Throws FileError.
std::string settle_checkpoints(const ResumeOptions& options, const std::filesystem::path& folder,
                               std::span<const std::filesystem::path> checkpoints);

/// After a run is finished: removes the checkpoints, the last one first, and those in the folder that were given up.
/// Throws FileError.
void remove_checkpoints(const std::filesystem::path& folder,
                        std::span<const std::filesystem::path> checkpoints);

/// A name for all that decides a result: a digest, for RunManifest::identity. Equal settings have equal names.
std::string identity_of(const TrainingFingerprint& settings);

/// The values of a JSON object as text, by name; those of an object inside by "outer.inner". For
/// CheckpointOptions::settings.
TrainingFingerprint settings_of_json(std::string_view json);

}  // namespace plstm::apps
