#include "plstm/learn/cross_validation/tested_rows.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/learn/report/prediction_cells.hpp>

namespace plstm {
namespace {

void read_table(const std::filesystem::path& path, std::size_t part, const TestedTables& tables,
                TestedRows& tested) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw FileError(path.string() + ": cannot be opened");
  CsvFormat format;
  format.detect = false;
  CsvReader reader(stream, path.string(), format);
  if (tested.header.empty()) tested.header = reader.header();
  if (reader.header() != tested.header)
    throw FileError(path.string() + ": has other columns than the others");
  CsvRow row;
  for (std::size_t place = 0; reader.next(row); ++place) {
    row.fields.resize(tested.header.size());
    std::int64_t number = 0;
    try {
      number = tables.number ? tables.number(part, place) : std::stoll(row.fields.front());
    } catch (const std::exception&) {
      throw FileError(fmt::format("{}: line {}: begins with no number of a row", path.string(), row.line));
    }
    const bool is_bad = tables.has_errors && !row.fields.back().empty();
    tested.rows.push_back({number, part, is_bad, std::move(row.fields)});
  }
}

}  // namespace

TestedRows read_tested_rows(const std::filesystem::path& folder, const TrainingSeries& series,
                            const TestedTables& tables) {
  TestedRows tested;
  for (std::size_t part = 0; part < series.parts.size(); ++part) {
    read_table(folder / series.parts[part].folder / "test_predictions.csv", part, tables, tested);
  }
  std::ranges::stable_sort(tested.rows, {}, [&](const TestedRows::Row& row) {
    return std::tuple(row.is_bad, row.is_bad ? 0 : series.parts[row.part].replicate, row.number);
  });
  std::set<std::int64_t> bad;
  std::erase_if(tested.rows,
                [&](const TestedRows::Row& row) { return row.is_bad && !bad.insert(row.number).second; });
  return tested;
}

std::vector<std::string> columns_of(const TestedRows& tested) {
  std::vector<std::string> columns = tested.header;
  const std::vector<std::string> own{"replicate", "fold"};
  const std::vector<std::string> names = distinct_names(columns, own, "_number");
  columns.insert(columns.begin() + 1, names.begin(), names.end());
  return columns;
}

std::vector<std::string> fields_of(const TestedRows::Row& row, const TrainingSeries& series) {
  const SeriesPart& part = series.parts[row.part];
  std::vector<std::string> fields = row.fields;
  const std::vector<std::string> numbers{row.is_bad ? "" : fmt::to_string(part.replicate),
                                         row.is_bad ? "" : fmt::to_string(part.fold)};
  fields.insert(fields.begin() + 1, numbers.begin(), numbers.end());
  return fields;
}

}  // namespace plstm
