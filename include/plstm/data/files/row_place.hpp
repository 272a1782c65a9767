#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace plstm {

/// Where a row (or record) of a text file begins. A reader of the same file goes on there without reading what stands
/// before it: CsvReader::go_to, SdReader::go_to.
struct RowPlace {
  std::int64_t rows = 0;                ///< rows before it
  std::int64_t line = 1;                ///< of the file, from 1
  std::int64_t offset = 0;              ///< a byte of the file, unpacked if it was compressed
  std::int64_t inside = 0;              ///< bytes of text in UTF-8 between that byte and the row
  std::vector<std::string> ahead = {};  ///< SD files: lines of the record that stand before that place

  bool operator==(const RowPlace&) const = default;
};

}  // namespace plstm
