#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <plstm/core/files/folder_lock.hpp>

namespace plstm {

/// Replaces files of a folder, and folders inside it, all at once: they are written aside, and commit() puts them in
/// place together. A folder takes the place of one of its name with all that is in it.
///
/// The files are written into staging(), a hidden folder inside. Without commit() the destructor removes it, and the
/// folder stays as it was; so it does if the process is killed. commit() marks the staged files as complete by one
/// rename. From this moment on the new files are the contents of the folder: a process that is killed while they are
/// moved into place leaves a move that finish_commit() ends. Whoever reads such a folder calls finish_commit() first.
///
/// The object locks the folder (FolderLock), so that two processes do not write it. One object is for one thread.
class FolderTransaction {
 public:
  /// `folder` must exist. Locks it, ends a commit that a killed process left, and removes what other killed processes
  /// had staged or written beside (remove_partial_files). Throws FileError if another process has the lock or the folder
  /// cannot be written.
  explicit FolderTransaction(std::filesystem::path folder);
  ~FolderTransaction();
  FolderTransaction(const FolderTransaction&) = delete;
  FolderTransaction& operator=(const FolderTransaction&) = delete;

  /// Where the new files and folders are to be written.
  const std::filesystem::path& staging() const noexcept { return staging_; }

  /// Puts the staged files in place of those of their names, removes the files and folders named `obsolete`, and puts `last` in
  /// place after all others. Everything is on the disk before anything is replaced. Throws FileError; the folder is
  /// then as it was, or finish_commit() ends what was begun. To be called once, and once more after each restart().
  void commit(std::span<const std::string> obsolete = {}, std::string_view last = {});

  /// After commit(): begins the next transaction under the same lock, with an empty staging(). Throws FileError.
  void restart();

 private:
  std::filesystem::path folder_;
  FolderLock lock_;
  std::filesystem::path staging_;
};

/// Ends a commit that a killed process left half done, and waits for one that another process is at. Returns at once if
/// there is none, without a lock. Throws FileError if it is not at an end after ten seconds, for example in a folder that
/// this user may not write.
void finish_commit(const std::filesystem::path& folder);

}  // namespace plstm
