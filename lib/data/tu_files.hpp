#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "number_table.hpp"

namespace plstm {

/// The files of a data set in TU format: DS/DS_<what>.txt, or the same with .gz behind it.
class TuFiles {
 public:
  explicit TuFiles(const std::filesystem::path& folder);

  std::filesystem::path path(const char* what) const;
  bool has(const char* what) const;
  /// Throws FileError naming the required files if this one is missing.
  void check_present(const char* what) const;

 private:
  std::filesystem::path folder_;
  std::string name_;
};

/// Attributes of nodes or edges: integers become codes, numbers stay as they are.
struct TuAttributes {
  std::vector<std::vector<std::int64_t>> label_values;  ///< of each column of codes, ascending
  std::vector<std::int32_t> codes;                      ///< [rows, label_values.size()]
  std::int32_t value_width = 0;
  std::vector<float> values;  ///< [rows, value_width]

  std::size_t code_width() const { return label_values.size(); }
  std::span<const std::int32_t> codes_of(std::size_t row) const {
    return std::span(codes).subspan(row * code_width(), code_width());
  }
  std::span<const float> values_of(std::size_t row) const {
    return std::span(values).subspan(row * static_cast<std::size_t>(value_width),
                                     static_cast<std::size_t>(value_width));
  }
  /// Whether two rows are equal.
  bool same(std::size_t a, std::size_t b) const;
  /// The vocabulary size of each column of codes; 1 for a column without rows.
  std::vector<std::int32_t> vocabulary_sizes() const;
};

/// Reads both files. Each has `rows` lines, as many as the file `other`. Throws FileError.
TuAttributes read_tu_attributes(const TuFiles& files, const char* labels, const char* attributes,
                                std::size_t rows, const char* other);

/// The values that occur in a column, ascending, and the position of a value among them.
std::vector<std::int64_t> distinct_values(const NumberTable<std::int64_t>& table, std::size_t column);
std::int32_t code_of(std::int64_t value, const std::vector<std::int64_t>& values);

}  // namespace plstm
