#include "plstm/data/csv.hpp"

#include <algorithm>
#include <istream>
#include <ostream>
#include <streambuf>
#include <utility>

#include <plstm/core/error.hpp>

namespace plstm {

namespace {

constexpr int kEnd = std::streambuf::traits_type::eof();

}  // namespace

CsvReader::CsvReader(std::istream& stream, std::string name, CsvFormat format)
    : stream_(stream), name_(std::move(name)), format_(format) {
  if (peek() == 0xEF) {
    get();
    if (get() != 0xBB || get() != 0xBF) {
      throw FileError(name_ + ": line 1 begins with a broken byte order mark; save the file as UTF-8");
    }
  }
  if (!read_row(first_)) throw FileError(name_ + ": the file has no rows");
  if (!format_.header) {
    for (std::size_t i = 0; i < first_.fields.size(); ++i) header_.push_back(std::to_string(i + 1));
    has_first_ = true;
    return;
  }
  if (!first_.problem.empty()) {
    throw FileError(name_ + ": header, line " + std::to_string(first_.line) + ": " + first_.problem);
  }
  header_ = std::move(first_.fields);
}

std::size_t CsvReader::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) {
    std::string message = name_ + ": there is no column '" + std::string(name) + "'; the columns are";
    for (const std::string& column : header_) message += " '" + column + "'";
    throw FileError(message);
  }
  if (std::find(found + 1, header_.end(), name) != header_.end()) {
    throw FileError(name_ + ": two columns are named '" + std::string(name) + "'; rename one");
  }
  return static_cast<std::size_t>(found - header_.begin());
}

bool CsvReader::next(CsvRow& row) {
  if (has_first_) {
    row = std::exchange(first_, {});
    has_first_ = false;
  } else if (!read_row(row)) {
    return false;
  }
  row.row = ++num_rows_;
  const bool ragged = format_.delimiter == ' ';
  if (row.problem.empty() && !ragged && row.fields.size() != header_.size()) {
    row.problem = std::to_string(row.fields.size()) + " fields, expected " + std::to_string(header_.size());
  }
  return true;
}

bool CsvReader::read_row(CsvRow& row) {
  row.fields.clear();
  row.problem.clear();
  while (peek() != kEnd) {
    row.line = line_;
    bool more = true;
    bool any_quoted = false;
    while (more) {
      const bool quoted = peek() == '"' && format_.delimiter != ' ';
      any_quoted = any_quoted || quoted;
      std::string field = quoted ? read_quoted() : std::string();
      const std::size_t quoted_size = field.size();
      more = read_plain(field);
      if (quoted && field.size() != quoted_size) {
        row.problem = "text behind the closing quote in field '" + field + "'";
      }
      // A run of blanks separates empty "fields", which are none.
      if (format_.delimiter != ' ' || !field.empty()) row.fields.push_back(std::move(field));
    }
    const bool empty_line =
        row.fields.empty() || (row.fields.size() == 1 && row.fields[0].empty() && !any_quoted);
    if (!empty_line) return true;
    row.fields.clear();
  }
  return false;
}

// Appends up to the end of the field and consumes what ends it: true if that was a delimiter, not a line end.
// A CR without LF is text.
bool CsvReader::read_plain(std::string& field) {
  for (;;) {
    const int c = get();
    if (c == '\n' || c == kEnd) return false;
    if (c == '\r' && peek() == '\n') continue;
    if (c == static_cast<unsigned char>(format_.delimiter) || (c == '\t' && format_.delimiter == ' '))
      return true;
    field += static_cast<char>(c);
  }
}

std::string CsvReader::read_quoted() {
  std::string field;
  const std::int64_t begin = line_;
  get();
  for (;;) {
    const int c = get();
    if (c == kEnd) {
      throw FileError(name_ + ": the quote that opens on line " + std::to_string(begin) + " is never closed");
    }
    if (c == '"') {
      if (peek() != '"') return field;
      get();
    }
    field += static_cast<char>(c);
  }
}

int CsvReader::get() {
  const int c = peek();
  if (c == kEnd) return c;
  stream_.rdbuf()->sbumpc();
  if (c == '\n') ++line_;
  return c;
}

int CsvReader::peek() {
  try {
    return stream_.rdbuf()->sgetc();
  } catch (const std::ios_base::failure& failure) {
    throw FileError(name_ + ": cannot be read: " + failure.what());
  }
}

void write_csv_row(std::ostream& stream, std::span<const std::string> fields, char delimiter) {
  const std::string special{'"', '\n', '\r', delimiter};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) stream << delimiter;
    const std::string& field = fields[i];
    // Quotes keep a lone empty field from being an empty line, and a leading byte order mark from being
    // skipped.
    const bool quote = field.find_first_of(special) != std::string::npos ||
                       (fields.size() == 1 && field.empty()) || (i == 0 && field.starts_with('\xEF'));
    if (!quote) {
      stream << field;
      continue;
    }
    stream << '"';
    for (const char c : field) stream << (c == '"' ? "\"\"" : std::string_view(&c, 1));
    stream << '"';
  }
  stream << '\n';
}

}  // namespace plstm
