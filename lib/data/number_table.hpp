#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace plstm {

/// Numbers of a text file, the same number of them on each line. Row r stands on line r + 1.
template <class T>
struct NumberTable {
  std::string name;  ///< of the file, for messages
  std::size_t rows = 0;
  std::size_t width = 0;
  std::vector<T> values;  ///< [rows, width]

  std::span<const T> row(std::size_t r) const { return std::span(values).subspan(r * width, width); }
};

/// T is std::int64_t or float. Each line has `width` numbers; 0 stands for as many as the first line has. Numbers
/// are separated by blanks and tabs, by one comma, or by both. Lines end in LF, CR LF or CR. A byte order mark at
/// the beginning and empty lines at the end are skipped. At most 2^31 - 1 rows.
/// Throws FileError naming file and line.
template <class T>
NumberTable<T> read_number_table(const std::filesystem::path& path, std::size_t width);

/// Throws FileError "<name>: line <row + 1> <problem>".
[[noreturn]] void fail_at_row(const std::string& name, std::size_t row, const std::string& problem);

}  // namespace plstm
