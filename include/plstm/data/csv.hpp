#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plstm {

class TextInput;

struct CsvFormat {
  /// Between two fields. A blank means any run of blanks and tabs: then there is no quoting and rows may have
  /// any number of fields (.smi files).
  char delimiter = ',';
  /// The first row names the columns. Without it they are called "1", "2", ..., as many as the first row has.
  bool header = true;
  /// Whether the file may say otherwise: a first line "sep=;" names its delimiter, and where comma, semicolon or
  /// tab fit the first rows and `delimiter` does not, that is taken. A blank stays a blank.
  bool detect = true;
};

/// One row of data.
struct CsvRow {
  std::int64_t row = 0;   ///< 1 for the first row after the header
  std::int64_t line = 0;  ///< line of the file on which the row begins, from 1
  std::vector<std::string> fields;
  std::string problem;  ///< what is wrong with the row as a row (e.g. too few fields), empty if nothing

  bool operator==(const CsvRow&) const = default;
};

/// Reads rows of delimited text one by one (RFC 4180): quoted fields may hold delimiters, line ends and
/// doubled quotes; lines end in LF or CR LF, the last one perhaps in nothing, or in CR if the file has no LF.
/// Blank lines and a byte order mark are skipped. UTF-16 and Windows-1252 (with Latin-1) are recognised; fields
/// are UTF-8. Names of columns come without blanks around them. Memory is bounded by the longest row.
class CsvReader {
 public:
  /// Reads the header. `stream` must outlive the reader; `name` is what messages call it, e.g. the path.
  /// Throws FileError if there is no row at all or the stream cannot be read.
  CsvReader(std::istream& stream, std::string name, CsvFormat format = {});
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) = delete;

  const std::vector<std::string>& header() const noexcept { return header_; }
  const std::string& name() const noexcept { return name_; }
  /// The delimiter of the file, which need not be that of the format.
  char delimiter() const noexcept { return format_.delimiter; }
  /// Line of the header, from 1; without a header that of the first row.
  std::int64_t header_line() const noexcept { return header_line_; }

  /// Position of a column. Throws FileError that lists the columns there are, or says that the name is used
  /// twice.
  std::size_t column(std::string_view name) const;

  /// Reads the next row into `row`, or returns false at the end. Empty fields behind the last column are
  /// dropped, and missing fields of columns without a name are empty. A malformed row is returned with its
  /// problem; reading goes on behind it. Throws FileError for a quote that is never closed (naming the line
  /// where it began) and for a stream that cannot be read.
  bool next(CsvRow& row);

 private:
  bool read_row(CsvRow& row);
  std::string read_quoted();
  bool read_plain(std::string& field);
  void fit_to_header(CsvRow& row) const;

  std::unique_ptr<TextInput> input_;
  std::string name_;
  CsvFormat format_;
  std::vector<std::string> header_;
  CsvRow first_;  // row read ahead to count the columns of a file without header
  bool has_first_ = false;
  std::int64_t header_line_ = 1;
  std::int64_t num_rows_ = 0;
};

/// Writes one row ending in LF; fields are quoted where reading them back needs it.
void write_csv_row(std::ostream& stream, std::span<const std::string> fields, char delimiter = ',');

}  // namespace plstm
