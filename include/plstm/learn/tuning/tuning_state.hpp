#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <plstm/learn/tuning/tune.hpp>

namespace plstm {

/// The trials of a search, in the file tuning.json of the output folder: each is there as soon as it is done, so that a
/// search that was stopped or killed goes on with --resume.
class TuningState {
 public:
  /// With `resume` it takes up the trials that are there; otherwise their file gets the ending .given_up, so that one who
  /// forgot the flag has lost nothing. `identity` names all that decides a trial. Throws ConfigError
  /// if the file is of another search, and FileError if it cannot be read or is none.
  TuningState(std::filesystem::path folder, std::string identity, bool resume);

  const std::vector<Trial>& trials() const noexcept { return trials_; }
  /// What the user should know; empty if there is nothing.
  const std::string& note() const noexcept { return note_; }
  /// Throws FileError if the file cannot be written.
  void add(const Trial& trial);

 private:
  std::filesystem::path path_;
  std::string identity_, note_;
  std::vector<Trial> trials_;
};

}  // namespace plstm
