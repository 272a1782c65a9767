#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <plstm/data/files/row_place.hpp>

namespace plstm {

class TextInput;

/// One record of an SD file as text. The mol block itself is not interpreted here.
struct SdRecord {
  std::int64_t record = 0;  ///< 1 for the first
  std::int64_t line = 0;    ///< line of the file on which the record begins, from 1
  std::string mol_block;    ///< up to and including "M  END"
  std::vector<std::pair<std::string, std::string>> properties;  ///< "> <name>" and its lines joined by LF
  std::string problem;  ///< what is wrong with the form of the record; empty if nothing
  /// Names of properties and what is wrong with them, e.g. that a blank line cuts the value.
  std::vector<std::pair<std::string, std::string>> property_problems;

  /// First line of the mol block: the name of the molecule. May be empty.
  std::string_view title() const;

  /// Value of a property, or nullptr if the record has none of that name.
  const std::string* property(std::string_view name) const;

  /// What is wrong with the property of that name, or nullptr.
  const std::string* property_problem(std::string_view name) const;
};

/// Reads the records of an SD file (MDL CTfile formats, BIOVIA 2020) one by one. Encodings and line ends are those
/// of CsvReader. Where a record lacks its "$$$$", the next one begins with the header of its mol block. A blank line
/// ends a value. Text after it that belongs to no property is a problem of the property before it. Memory is bounded
/// by the longest record.
class SdReader {
 public:
  static constexpr std::size_t kMostRecordBytes = std::size_t{16} << 20;

  /// `stream` must outlive the reader. Messages call it `name`. Throws FileError if the stream is empty, or if the
  /// first record neither counts atoms and bonds on its fourth line nor has an "M  END".
  SdReader(std::istream& stream, std::string name);
  ~SdReader();
  SdReader(SdReader&&) noexcept;
  SdReader& operator=(SdReader&&) = delete;

  /// Reads the next record into `record`, or returns false at the end. Blank lines after the last "$$$$" are not
  /// a record. Throws FileError for a record of more than kMostRecordBytes and if the stream cannot be read.
  bool next(SdRecord& record);

  /// Goes over the next records, as next() would do, and returns how many: fewer than `records` at the end.
  std::int64_t skip(std::int64_t records);

  /// Where the record begins that next() returns next.
  RowPlace place() const;
  /// Goes on at a place() of a reader of the same bytes. Throws FileError if the stream cannot go there: it is a pipe,
  /// or compressed and the place lies behind.
  void go_to(const RowPlace& place);

  /// How much of the text that has been taken from the stream was returned as records, 0 to 1.
  double share_given() const noexcept;

 private:
  bool read_record(SdRecord& record);
  bool skip_plain_record();
  bool get_line(std::string& line);
  [[noreturn]] void fail_at_long_record(std::int64_t line) const;

  std::unique_ptr<TextInput> input_;
  std::string name_;
  SdRecord first_;
  bool has_first_ = false;
  std::int64_t num_records_ = 0;
  std::vector<std::string> next_header_;  // lines of the next mol block that were read with this one
};

}  // namespace plstm
