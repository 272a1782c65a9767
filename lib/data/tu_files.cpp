#include "tu_files.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

namespace fs = std::filesystem;

namespace {

void check_rows(const std::string& name, std::size_t rows, std::size_t expected, const fs::path& other) {
  if (rows == expected) return;
  throw FileError(fmt::format("{}: has {} lines, expected {}, as many as {} has", name, rows, expected,
                              other.filename().string()));
}

}  // namespace

TuFiles::TuFiles(const fs::path& folder) : folder_(folder) {
  std::error_code ignored;  // a folder that cannot be read counts as one without files
  const fs::path whole = fs::absolute(folder, ignored).lexically_normal();
  name_ = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

fs::path TuFiles::path(const char* what) const {
  const fs::path plain = folder_ / fmt::format("{}_{}.txt", name_, what);
  const fs::path packed = plain.string() + ".gz";
  std::error_code ignored;
  return !fs::exists(plain, ignored) && fs::exists(packed, ignored) ? packed : plain;
}

bool TuFiles::has(const char* what) const {
  std::error_code ignored;
  return fs::exists(path(what), ignored);
}

void TuFiles::check_present(const char* what) const {
  if (has(what)) return;
  throw FileError(
      fmt::format("{0}: is missing; a folder {1} in TU format has {1}_A.txt and "
                  "{1}_graph_indicator.txt at least",
                  path(what).string(), name_));
}

bool TuAttributes::same(std::size_t a, std::size_t b) const {
  return std::ranges::equal(codes_of(a), codes_of(b)) && std::ranges::equal(values_of(a), values_of(b));
}

std::vector<std::int32_t> TuAttributes::vocabulary_sizes() const {
  std::vector<std::int32_t> sizes;
  for (const auto& values : label_values) {
    sizes.push_back(std::max(1, static_cast<std::int32_t>(values.size())));
  }
  return sizes;
}

std::vector<std::int64_t> distinct_values(const NumberTable<std::int64_t>& table, std::size_t column) {
  std::vector<std::int64_t> values(table.rows);
  for (std::size_t row = 0; row < table.rows; ++row) values[row] = table.row(row)[column];
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());  // clang 14 lacks that of ranges
  return values;
}

std::int32_t code_of(std::int64_t value, const std::vector<std::int64_t>& values) {
  return static_cast<std::int32_t>(std::ranges::lower_bound(values, value) - values.begin());
}

TuAttributes read_tu_attributes(const TuFiles& files, const char* labels, const char* attributes,
                                std::size_t rows, const char* other) {
  TuAttributes result;
  if (files.has(labels)) {
    const auto table = read_number_table<std::int64_t>(files.path(labels), 0);
    check_rows(table.name, table.rows, rows, files.path(other));
    for (std::size_t i = 0; i < table.width; ++i) result.label_values.push_back(distinct_values(table, i));
    result.codes.reserve(table.values.size());
    for (std::size_t i = 0; i < table.values.size(); ++i) {
      result.codes.push_back(code_of(table.values[i], result.label_values[i % table.width]));
    }
  }
  if (files.has(attributes)) {
    NumberTable<float> table = read_number_table<float>(files.path(attributes), 0);
    check_rows(table.name, table.rows, rows, files.path(other));
    result.value_width = static_cast<std::int32_t>(table.width);
    result.values = std::move(table.values);
  }
  return result;
}

}  // namespace plstm
