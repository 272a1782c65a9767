#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <plstm/learn/tuning/tune.hpp>

namespace plstm::mol {

/// The trials of a search, in the file tuning.json of the output folder: each is there as soon as it is done, so that a
/// search that was stopped or killed goes on with --resume.
class TuningState {
 public:
  /// With `resume` it takes up the trials that are there. `identity` names all that decides a trial. Throws ConfigError
  /// if the file is of another search, and FileError if it cannot be read or is none.
  TuningState(std::filesystem::path folder, std::string identity, bool resume);

  const std::vector<Trial>& trials() const noexcept { return trials_; }
  /// Throws FileError if the file cannot be written.
  void add(const Trial& trial);

 private:
  std::filesystem::path path_;
  std::string identity_;
  std::vector<Trial> trials_;
};

}  // namespace plstm::mol
