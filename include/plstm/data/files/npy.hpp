#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include <plstm/core/files/atomic_file.hpp>

namespace plstm {

/// Writes a matrix of floats as NumPy reads it (numpy.load): format 1.0, float32, rows one after the other. The rows come
/// piece by piece, so that memory does not grow with them; their number is put into the header at the end.
///
/// The file appears under its name when it is complete (AtomicFile). One thread at a time.
class NpyWriter {
 public:
  /// Throws ShapeError if there is no column, and FileError if the file cannot be opened or is none that one can go back
  /// in, such as a pipe.
  NpyWriter(const std::filesystem::path& path, std::int64_t columns);

  /// [any number of rows, columns]. Throws ShapeError unless the rows are whole, and FileError if the output has failed.
  void write(std::span<const float> rows);
  std::int64_t num_rows() const noexcept { return num_rows_; }

  /// Ends the file. Throws FileError if not everything was written; an older file of that name then stays as it was.
  void commit();

 private:
  void write_header();

  std::filesystem::path path_;
  AtomicFile file_;
  std::int64_t columns_;
  std::int64_t num_rows_ = 0;
};

}  // namespace plstm
