#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace plstm::apps {

/// Removes what killed processes left unfinished in an output folder. A FolderLock must keep other processes out of it.
/// Throws FileError.
void remove_unfinished(const std::filesystem::path& folder);

/// The files of one run, which take the places of those of the run before together. They are written into a hidden
/// folder inside the output folder first, so that a run that fails or is killed leaves the run before as it was.
/// The output folder must exist, and a FolderLock must keep other processes out of it.
class OutputFiles {
 public:
  /// Begins with remove_unfinished(). Throws FileError.
  explicit OutputFiles(std::filesystem::path folder);
  /// Removes the hidden folder and what was not published.
  ~OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

  /// Where to write the file that is to be `name` in the output folder.
  std::filesystem::path at(const std::string& name) const { return hidden_ / name; }

  /// Puts all files into their places. First all are copied beside their places, so that a full disk changes nothing.
  /// Then `last` is removed, and files of the run before that this run does not have: those whose name `is_output`.
  /// Then all files take their names, `last` as the last one: where it stands, the files around it belong to one run.
  /// Links and permissions of files that are replaced stay. Once only. Throws FileError.
  void publish(const std::string& last, const std::function<bool(const std::string& name)>& is_output);

 private:
  std::filesystem::path folder_, hidden_;
};

}  // namespace plstm::apps
