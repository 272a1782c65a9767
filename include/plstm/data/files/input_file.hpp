#pragma once

#include <filesystem>
#include <istream>
#include <memory>
#include <optional>
#include <string>

namespace plstm {

/// Bytes of a file, a pipe or, for the path "-", of standard input. What is compressed by gzip is unpacked, whatever its
/// name; it may have several parts, as `cat a.gz b.gz` makes them. Memory does not grow with the size of the input. One
/// thread at a time.
class InputFile {
 public:
  /// Throws FileError naming the path if it cannot be opened or is a folder.
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(InputFile&&) noexcept;
  InputFile& operator=(InputFile&&) noexcept;

  /// Valid as long as this object. Reading throws FileError for compressed data that is damaged or cut off, and for a
  /// failure of the system: it names the file, how far it was read, and the way out.
  std::istream& stream() noexcept;

  /// What messages should call the input: the path, or "standard input".
  const std::string& name() const noexcept;

  /// How much of the file has been read, 0 to 1, to say how long the rest will take; it runs ahead of the stream by a
  /// buffer. Absent where the size is not known: of a pipe, or of an empty file.
  std::optional<double> share_read() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The ending of a file name that says what the file holds, in small letters: ".csv" for "A.CSV" and "a.csv.gz". Empty
/// if there is none.
std::string kind_of_file(const std::filesystem::path& path);

}  // namespace plstm
