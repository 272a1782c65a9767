#pragma once

#include <filesystem>
#include <memory>

namespace plstm {

/// Keeps other processes out of a folder as long as it lives: a lock (flock) on the file ".lock" in it.
///
/// The lock ends with its process, however that ends; a file ".lock" that a dead process left keeps no
/// process out. Processes that this one forked hold the lock as well, so it ends with the last of them. Only those
/// that ask for the lock are kept out. Two objects of one process exclude each other, too.
class FolderLock {
 public:
  /// `folder` must exist and be writable. Does not wait: throws FileError if another process has the lock, with
  /// its number, and if the folder cannot be locked at all, e.g. on a file system without locks.
  explicit FolderLock(const std::filesystem::path& folder);
  /// Removes the lock file and gives the lock back.
  ~FolderLock();
  FolderLock(FolderLock&&) noexcept;
  FolderLock& operator=(FolderLock&&) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plstm
