#include "plstm/chem/screen/molecule_files.hpp"

#include <algorithm>
#include <numeric>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/input_file.hpp>

namespace plstm {

namespace {

namespace fs = std::filesystem;

bool is_pipe(const fs::path& path) {
  std::error_code none;
  return path == "-" || (fs::exists(path, none) && !fs::is_regular_file(path, none));
}

// Rows of such files have any number of fields, and the columns are those of the first.
bool is_ragged(const fs::path& path, const MoleculeReaderOptions& options) {
  return (options.kind.empty() ? kind_of_file(path) : "." + options.kind) == ".smi";
}

std::string quoted_or_none(const std::vector<std::string>& names, std::size_t i) {
  return i < names.size() ? fmt::format("the column '{}'", names[i]) : std::string("no column");
}

}  // namespace

MoleculeFiles::MoleculeFiles(std::vector<fs::path> files, MoleculeReaderOptions options)
    : files_(std::move(files)), options_(std::move(options)) {
  if (files_.empty()) throw ConfigError("there is no file of molecules to read");
  if (std::ranges::count(files_, "-") > 1) throw ConfigError("standard input (-) can be read once only");
  open(0);
  header_ = is_ragged(files_[0], options_) ? std::vector<std::string>() : reader_->header();
  field_names_ = reader_->field_names();
  for (std::size_t i = 1; i < files_.size(); ++i) {
    if (!is_pipe(files_[i])) check_columns(MoleculeReader(files_[i], options_), i);
  }
  if (std::ranges::any_of(files_, is_pipe)) return;
  for (const fs::path& file : files_) {
    std::error_code none;
    sizes_.push_back(fs::file_size(file, none));
    if (none) sizes_.back() = 0;
  }
}

void MoleculeFiles::check_columns(const MoleculeReader& reader, std::size_t file) const {
  const auto check = [&](const std::vector<std::string>& names, const std::vector<std::string>& first) {
    for (std::size_t i = 0; i < std::max(names.size(), first.size()); ++i) {
      if (i < names.size() && i < first.size() && names[i] == first[i]) continue;
      throw FileError(
          fmt::format("{}: has {} where {} has {}; files that are read together need the same columns",
                      files_[file].string(), quoted_or_none(names, i), files_.front().string(),
                      quoted_or_none(first, i)));
    }
  };
  if (!is_ragged(files_[file], options_) && !is_ragged(files_.front(), options_))
    check(reader.header(), header_);
  check(reader.field_names(), field_names_);
}

void MoleculeFiles::open(std::size_t file) {
  reader_.reset();  // one file at a time
  reader_.emplace(files_[file], options_);
  file_ = file;
  rows_of_file_ = 0;
  if (file > 0) check_columns(*reader_, file);
}

void MoleculeFiles::keep_molecules(bool keep) {
  options_.keep_molecules = keep;
  if (reader_.has_value()) reader_->keep_molecules(keep);
}

std::vector<MoleculeRecord> MoleculeFiles::next_chunk(std::size_t max_records) {
  while (true) {
    std::vector<MoleculeRecord> records = reader_->next_chunk(max_records);
    for (MoleculeRecord& record : records) record.row += rows_before_;
    rows_of_file_ += std::ssize(records);
    if (!records.empty() || file_ + 1 == files_.size()) return records;
    rows_before_ += rows_of_file_;
    open(file_ + 1);
  }
}

void MoleculeFiles::go_to(std::size_t file, const MoleculePlace& place, std::int64_t rows_before) {
  const bool ahead = file == file_ && rows_of_file_ <= place.row.rows;
  if (!ahead || (place.row.rows == 0 && rows_of_file_ > 0)) open(file);
  reader_->go_to(place);
  rows_of_file_ = place.row.rows;
  rows_before_ = rows_before;
}

std::int64_t MoleculeFiles::skip(std::int64_t rows) {
  const std::int64_t skipped = reader_->skip(rows);
  rows_of_file_ += skipped;
  return skipped;
}

std::optional<double> MoleculeFiles::share_read() const {
  if (files_.size() == 1) return reader_->share_read();
  const double total = std::accumulate(sizes_.begin(), sizes_.end(), 0.0);
  if (total == 0) return std::nullopt;
  const double before =
      std::accumulate(sizes_.begin(), sizes_.begin() + static_cast<std::ptrdiff_t>(file_), 0.0);
  return (before + reader_->share_read().value_or(0) * static_cast<double>(sizes_[file_])) / total;
}

}  // namespace plstm
