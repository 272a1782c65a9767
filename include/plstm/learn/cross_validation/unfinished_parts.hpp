#pragma once

#include <filesystem>
#include <string>

#include <plstm/train/loop/trainer_state.hpp>

namespace plstm {

/// Where the trainings of a series wait until all of them are finished: the folder "unfinished" in that of the run.
class UnfinishedParts {
 public:
  /// With `resume` it goes on with what is there; `settings` are then compared with those that it was begun with, and
  /// ConfigError names the first that differs. Otherwise what is there gets the ending .given_up, so that one who
  /// forgot the flag has lost nothing. `run` must exist. Throws FileError.
  UnfinishedParts(const std::filesystem::path& run, bool resume, const TrainingFingerprint& settings);
  /// Removes the folder if no training has begun in it.
  ~UnfinishedParts();
  UnfinishedParts(const UnfinishedParts&) = delete;
  UnfinishedParts& operator=(const UnfinishedParts&) = delete;

  /// What the user should know; empty if there is nothing.
  const std::string& note() const noexcept { return note_; }
  /// The folder of a training, such as "fold_1".
  std::filesystem::path folder(const std::string& part) const { return folder_ / part; }
  /// The same, for a rank that is not the first and makes no folders.
  static std::filesystem::path folder_of(const std::filesystem::path& run, const std::string& part);
  /// Copies the files of a finished training to `target` / `part`. Throws FileError.
  void copy(const std::string& part, const std::filesystem::path& target) const;

  /// Removes all that unfinished runs have left in the folder of a run that is finished now.
  static void remove(const std::filesystem::path& run);

 private:
  std::filesystem::path folder_;
  std::string note_;
};

}  // namespace plstm
