#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/folder_transaction.hpp>
#include <plstm/core/ranks/ranks.hpp>

namespace plstm::apps {

/// Makes the folder and those above it. Throws FileError that names --output-dir as the way out.
void make_folder(const std::filesystem::path& path);

/// Writes text under a final name in one piece.
void write_text(const std::filesystem::path& path, const std::string& text,
                const AtomicFileOptions& options = {});

/// The folder of a run. It is made when there is something to write, so that a program which cannot read its data leaves
/// no empty folder behind.
class OutputFolder {
 public:
  /// Locks a folder that exists (FolderTransaction). Of one that does not exist, checks that it can be made, so that the
  /// user learns of it before the work begins. Throws FileError.
  ///
  /// Of several ranks the first one alone has the folder, and may call files().
  explicit OutputFolder(std::filesystem::path path, const Ranks& ranks = {});
  /// Removes what files() has made and is still empty.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

  /// Makes and locks the folder if that has not happened yet. Throws FileError.
  FolderTransaction& files();
  /// The same, and waits until all ranks are here: collective, so that all can write below the folder.
  void make();

 private:
  std::filesystem::path path_;
  Ranks ranks_;
  std::vector<std::filesystem::path> made_;  // the innermost first
  std::optional<FolderTransaction> files_;
};

}  // namespace plstm::apps
