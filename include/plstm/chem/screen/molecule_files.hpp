#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/reader.hpp>

namespace plstm {

/// Several files of molecules read as one: records come in the order of files and rows, and rows are counted through all
/// files. One file is open at a time, and memory grows neither with the files nor with their number of rows. One thread at
/// a time.
class MoleculeFiles {
 public:
  /// Each path is one that MoleculeReader takes; "-" may come once. Opens every file once to check its columns. Throws
  /// what MoleculeReader throws; FileError naming file and column if a file has other columns than the first; and
  /// ConfigError if there is no file, or "-" comes twice.
  explicit MoleculeFiles(std::vector<std::filesystem::path> files, MoleculeReaderOptions options = {});

  /// Names of the columns of MoleculeRecord::fields, the same in all files.
  const std::vector<std::string>& field_names() const noexcept { return field_names_; }
  std::size_t num_files() const noexcept { return files_.size(); }

  /// Changes MoleculeReaderOptions::keep_molecules for the records to come.
  void keep_molecules(bool keep);

  /// The next records of one file, at most `max_records`, as MoleculeReader returns them; empty at the end of the last file.
  /// Throws what MoleculeReader throws.
  std::vector<MoleculeRecord> next_chunk(std::size_t max_records);

  /// Goes on in the file with this number at a place in it; `rows_before` rows stand in the files before. Throws FileError
  /// if that is impossible, as in a pipe.
  void go_to(std::size_t file, const MoleculePlace& place, std::int64_t rows_before);
  /// Goes over the next rows of this file, and returns how many: fewer than `rows` at its end.
  std::int64_t skip(std::int64_t rows);

  /// How much of all files was returned, about, from 0 to 1. Absent if the size of one is not known.
  std::optional<double> share_read() const;

 private:
  void open(std::size_t file);
  void check_columns(const MoleculeReader& reader, std::size_t file) const;

  std::vector<std::filesystem::path> files_;
  MoleculeReaderOptions options_;
  std::vector<std::string> header_, field_names_;
  std::vector<std::uintmax_t> sizes_;     // [files]; empty if one is not known
  std::optional<MoleculeReader> reader_;  // of files_[file_]
  std::size_t file_ = 0;
  std::int64_t rows_before_ = 0;   // in the files before
  std::int64_t rows_of_file_ = 0;  // that were passed
};

}  // namespace plstm
