#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plstm {

/// One record of an SD file as text; the mol block itself is not interpreted here.
struct SdRecord {
  std::int64_t record = 0;  ///< 1 for the first
  std::int64_t line = 0;    ///< line of the file on which the record begins, from 1
  std::string mol_block;    ///< up to and including "M  END"
  std::vector<std::pair<std::string, std::string>> properties;  ///< "> <name>" and its lines joined by LF

  /// First line of the mol block: the name of the molecule, perhaps empty.
  std::string_view title() const;

  /// Value of a property, or nullptr if the record has none of that name.
  const std::string* property(std::string_view name) const;
};

/// Reads the records of an SD file (MDL CTfile formats, BIOVIA 2020) one by one. Memory is bounded by the
/// longest record.
class SdReader {
 public:
  /// `stream` must outlive the reader; `name` is what messages call it. Throws FileError if there is nothing
  /// in the stream or if it does not begin like an SD file (the fourth line counts atoms and bonds).
  SdReader(std::istream& stream, std::string name);

  /// Reads the next record into `record`, or returns false at the end. Blank lines behind the last "$$$$" are
  /// no record. Throws FileError if the stream cannot be read.
  bool next(SdRecord& record);

 private:
  bool read_record(SdRecord& record);
  bool get_line(std::string& line);

  std::istream& stream_;
  std::string name_;
  SdRecord first_;
  bool has_first_ = false;
  std::int64_t line_ = 0;
  std::int64_t num_records_ = 0;
};

}  // namespace plstm
