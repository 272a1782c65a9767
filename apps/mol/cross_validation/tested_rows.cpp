#include "tested_rows.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/csv.hpp>

namespace plstm::mol {
namespace {

void read_table(const std::filesystem::path& path, std::size_t part, TestedRows& tested) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw FileError(path.string() + ": cannot be opened");
  CsvFormat format;
  format.detect = false;
  CsvReader reader(stream, path.string(), format);
  if (tested.header.empty()) tested.header = reader.header();
  if (reader.header() != tested.header)
    throw FileError(path.string() + ": has other columns than the others");
  CsvRow row;
  while (reader.next(row)) {
    row.fields.resize(tested.header.size());
    try {
      tested.rows.push_back({std::stoll(row.fields.front()), part, std::move(row.fields)});
    } catch (const std::exception&) {
      throw FileError(fmt::format("{}: line {}: begins with no number of a row", path.string(), row.line));
    }
  }
}

bool is_bad(const TestedRows::Row& row) {
  return !row.fields.back().empty();  // its error
}

}  // namespace

TestedRows read_tested_rows(const std::filesystem::path& folder, const std::vector<Part>& parts) {
  TestedRows tested;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    read_table(folder / parts[part].folder / "test_predictions.csv", part, tested);
  }
  std::ranges::stable_sort(tested.rows, {}, [&](const TestedRows::Row& row) {
    return std::tuple(is_bad(row), is_bad(row) ? 0 : parts[row.part].replicate, row.row);
  });
  std::set<std::int64_t> bad;
  std::erase_if(tested.rows,
                [&](const TestedRows::Row& row) { return is_bad(row) && !bad.insert(row.row).second; });
  return tested;
}

std::string write_tested_rows(const std::filesystem::path& path, const TestedRows& tested,
                              const std::vector<Part>& parts, const CellOptions& cells) {
  TableWriter table(path, cells);
  const std::vector<std::string> own{"replicate", "fold"};
  std::vector<std::string> header = tested.header;
  const std::vector<std::string> names = distinct_names(header, own, "_number");
  header.insert(header.begin() + 1, names.begin(), names.end());
  table.write(header);
  for (const TestedRows::Row& row : tested.rows) {
    const Part& part = parts[row.part];
    std::vector<std::string> fields = row.fields;
    const std::vector<std::string> numbers{is_bad(row) ? "" : fmt::to_string(part.replicate),
                                           is_bad(row) ? "" : fmt::to_string(part.fold)};
    fields.insert(fields.begin() + 1, numbers.begin(), numbers.end());
    table.write(std::move(fields));
  }
  table.commit();
  return table.note();
}

}  // namespace plstm::mol
