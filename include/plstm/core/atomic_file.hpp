#pragma once

#include <filesystem>
#include <fstream>
#include <ostream>

namespace plstm {

/// A file that gets its final name only when it is complete. Until then it has another name in the same folder.
/// Without commit() the destructor removes what was written, and an older file of that name stays as it was.
class AtomicFile {
 public:
  /// Opens `path` + ".partial" for binary writing. Throws FileError naming the path if that is impossible.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  std::ostream& stream() { return stream_; }

  /// Flushes, closes and renames. If one of these fails, for example on a full disk, it removes the partial
  /// file and throws FileError.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::ofstream stream_;
  bool committed_ = false;
};

}  // namespace plstm
