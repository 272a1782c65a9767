#pragma once

#include <filesystem>
#include <memory>
#include <ostream>

namespace plstm {

/// An output of a program: an AtomicFile, compressed by gzip if the name ends in ".gz" or ".GZ"; for the path "-",
/// standard output. One thread at a time.
class OutputFile {
 public:
  /// Throws what AtomicFile throws.
  explicit OutputFile(const std::filesystem::path& path);
  ~OutputFile();
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;

  /// Valid as long as this object. Flush what the program has printed by other means before standard output is written.
  std::ostream& stream() noexcept;

  /// Writes what is still buffered and gives the file its name. Throws FileError if any of the output was not written;
  /// an older file of that name then stays as it was.
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plstm
