#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/data/files/row_place.hpp>

namespace plstm {

class TextInput;

struct CsvFormat {
  /// What separates two fields. A blank stands for any run of blanks and tabs. There is no quoting then, and
  /// rows may have any number of fields (.smi files).
  char delimiter = ',';
  /// The first row names the columns. Without a header they are "1", "2", ..., as many as the first row has.
  bool header = true;
  /// Whether the file may have another delimiter. It may be named by a first line such as "sep=;". Otherwise comma,
  /// semicolon, tab or "|" is taken if it fits the first rows and `delimiter` does not. A blank is never replaced.
  /// Comments before a header are then left out: lines that begin with # and have another number of fields than it.
  bool detect = true;
};

/// One row of data.
struct CsvRow {
  std::int64_t row = 0;   ///< 1 for the first row after the header
  std::int64_t line = 0;  ///< line of the file on which the row begins, from 1
  std::vector<std::string> fields;
  std::string problem;  ///< what is wrong with the form of the row (e.g. too few fields); empty if nothing

  bool operator==(const CsvRow&) const = default;
};

/// Reads rows of delimited text one by one (RFC 4180). Quoted fields may hold delimiters, line ends and doubled
/// quotes. Lines end in LF or CR LF, or in CR if the file has no LF; the last line may have no end. A CR inside
/// of a field that is not quoted is a problem of its row. Blank lines and a byte order mark are skipped. UTF-16 and
/// Windows-1252 (with Latin-1) are recognised; fields are UTF-8. Blanks around the names of columns are removed. Memory is
/// bounded by the longest row, and a row by kMostRowBytes.
class CsvReader {
 public:
  static constexpr std::size_t kMostRowBytes = std::size_t{16} << 20;

  /// Reads the header. `stream` must outlive the reader. Messages call it `name`, which may be the path.
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

  /// How much of the text that has been taken from the stream was returned as rows, 0 to 1.
  double share_given() const noexcept;

  /// Position of a column. Throws FileError if there is no such column, listing the columns, or if two columns
  /// have this name.
  std::size_t column(std::string_view name) const;

  /// Reads the next row into `row`, or returns false at the end. Empty fields after the last column are dropped,
  /// and missing fields of columns without a name are empty. A malformed row is returned with its problem, and
  /// reading continues after it. Throws FileError for a quote that is never closed (naming the line where it
  /// began), for a row of more than kMostRowBytes and for a stream that cannot be read.
  bool next(CsvRow& row);

  /// Goes over the next rows, as next() would do, and returns how many: fewer than `rows` at the end. Rows without
  /// quotes take no more time than their bytes need to be read. Throws what next() throws.
  std::int64_t skip(std::int64_t rows);

  /// Where the row begins that next() returns next.
  RowPlace place() const;
  /// Goes on at a place() of a reader of the same bytes and format. Throws FileError if the stream cannot go there: it
  /// is a pipe, or compressed and the place lies behind.
  void go_to(const RowPlace& place);

 private:
  bool read_row(CsvRow& row);
  bool skip_plain_row();
  std::string read_quoted(std::int64_t row_line);
  bool read_plain(std::string& field, CsvRow& row);
  [[noreturn]] void fail_at_long_row(std::int64_t line) const;
  void fit_to_header(CsvRow& row) const;

  std::unique_ptr<TextInput> input_;
  std::string name_;
  CsvFormat format_;
  std::vector<std::string> header_;
  CsvRow first_;  // row read ahead to count the columns of a file without header
  bool has_first_ = false;
  std::int64_t header_line_ = 1;
  std::int64_t num_rows_ = 0;
  std::size_t row_bytes_ = 0;  // of the fields that were read of a row
};

/// One row ending in LF. Fields are quoted where that is needed to read them back.
std::string csv_row(std::span<const std::string> fields, char delimiter = ',');
/// Writes it.
void write_csv_row(std::ostream& stream, std::span<const std::string> fields, char delimiter = ',');

}  // namespace plstm
