#include "plstm/data/files/csv.hpp"

#include <algorithm>
#include <istream>
#include <ostream>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

#include "data/files/csv_dialect.hpp"
#include "data/files/text_input.hpp"

namespace plstm {

namespace {

constexpr int kEnd = TextInput::kEnd;

bool all_blank(std::span<const std::string> fields) {
  return std::ranges::all_of(fields, [](const std::string& field) { return trim(field).empty(); });
}

// Not one in the quotes of a cell.
bool begins_with_mol_block(std::string_view text) {
  std::size_t begin = 0, end = text.find('\n');
  for (int line = 1; line < 4 && end != std::string_view::npos; ++line) {
    begin = end + 1;
    end = text.find('\n', begin);
  }
  if (end == std::string_view::npos || text.substr(0, end).find('"') != std::string_view::npos) return false;
  const std::string_view counts = text.substr(begin, end - begin);
  return counts.find(" V2000") != std::string_view::npos || counts.find(" V3000") != std::string_view::npos;
}

}  // namespace

CsvReader::CsvReader(std::istream& stream, std::string name, CsvFormat format)
    : input_(std::make_unique<TextInput>(stream, name)), name_(std::move(name)), format_(format) {
  if (format_.detect && begins_with_mol_block(input_->ahead())) {
    throw FileError(name_ + ": holds mol blocks; name it .sdf, or say --input-format sdf");
  }
  if (format_.detect && format_.delimiter != ' ') {
    while (input_->peek() == '\n' || input_->peek() == '\r') input_->get();
    if (const std::optional<char> named = named_delimiter(input_->ahead())) {
      format_.delimiter = *named;
      while (input_->peek() != '\n' && input_->peek() != kEnd) input_->get();
    } else {
      const std::string_view ahead = input_->ahead();
      const std::size_t marked = format_.header ? lines_marked(ahead) : 0;
      format_.delimiter = detect_delimiter(ahead.substr(marked), format_.delimiter, input_->all_ahead());
      const std::size_t comments = size_of_comments(ahead, marked, format_.delimiter);
      input_->pass(comments,
                   std::count(ahead.begin(), ahead.begin() + static_cast<std::ptrdiff_t>(comments), '\n'));
    }
  }
  if (!read_row(first_)) throw FileError(name_ + ": the file has no rows");
  if (!format_.header) {
    for (std::size_t i = 0; i < first_.fields.size(); ++i) header_.push_back(std::to_string(i + 1));
    header_line_ = first_.line;
    has_first_ = true;
    return;
  }
  // Spreadsheets save blank rows as rows of delimiters.
  while (all_blank(first_.fields)) {
    if (!read_row(first_)) throw FileError(name_ + ": the file has no rows that are not blank");
  }
  if (!first_.problem.empty()) {
    throw FileError(name_ + ": header, line " + std::to_string(first_.line) + ": " + first_.problem);
  }
  for (const std::string& field : first_.fields) header_.emplace_back(trim(field));
  header_line_ = first_.line;
}

CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;

std::size_t CsvReader::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) {
    std::string message = name_ + ": there is no column '" + std::string(name) + "'; the columns are";
    for (const std::string& column : header_) message += " '" + column + "'";
    if (!header_.empty() && header_.front().starts_with('#'))
      message += "; remove comments before the line of names";
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
  if (format_.delimiter != ' ') fit_to_header(row);
  return true;
}

// Goes over one row that lies in the text ahead, is not blank and has no quotes: a line. False if the next is none.
bool CsvReader::skip_plain_row() {
  if (input_->peek() == kEnd) return false;
  const std::string_view ahead = input_->ahead();
  const char begin = ahead.front();
  if (begin == ' ' || begin == '\t' || begin == '\r' || begin == '\n' || begin == format_.delimiter)
    return false;
  const std::size_t end = ahead.find('\n');
  if (end == std::string_view::npos) return false;
  if (format_.delimiter != ' ' && ahead.substr(0, end).find('"') != std::string_view::npos) return false;
  input_->pass(end + 1, 1);
  return true;
}

std::int64_t CsvReader::skip(std::int64_t rows) {
  std::int64_t skipped = 0;
  if (skipped < rows && has_first_) {
    first_ = {};
    has_first_ = false;
    ++skipped;
  }
  for (CsvRow row; skipped < rows; ++skipped) {
    if (!skip_plain_row() && !read_row(row)) break;
  }
  num_rows_ += skipped;
  return skipped;
}

RowPlace CsvReader::place() const {
  if (has_first_) return {};  // go_to() has nothing to do then
  const TextInput::Place at = input_->place();
  return {num_rows_, at.line, at.offset, at.inside, {}};
}

void CsvReader::go_to(const RowPlace& place) {
  if (place == this->place()) return;
  if (place.rows == 0 && !format_.header) {
    throw FileError(name_ + ": cannot go back to the first row; open the file again");
  }
  input_->go_to({place.offset, place.inside, place.line});
  first_ = {};
  has_first_ = false;
  num_rows_ = place.rows;
}

void CsvReader::fit_to_header(CsvRow& row) const {
  const std::size_t width = row.fields.size();
  const auto behind = [](auto& list, std::size_t begin) {
    return std::span<const std::string>(list).subspan(begin);
  };
  if (width > header_.size() && all_blank(behind(row.fields, header_.size())))
    row.fields.resize(header_.size());
  if (width < header_.size() && all_blank(behind(header_, width))) row.fields.resize(header_.size());
  if (row.problem.empty() && row.fields.size() != header_.size()) {
    row.problem = std::to_string(width) + " fields, expected " + std::to_string(header_.size());
  }
}

bool CsvReader::read_row(CsvRow& row) {
  row.fields.clear();
  row.problem.clear();
  while (input_->peek() != kEnd) {
    row.line = input_->line();
    row_bytes_ = 0;
    bool more = true;
    bool any_quoted = false;
    while (more) {
      const bool quoted = input_->peek() == '"' && format_.delimiter != ' ';
      any_quoted = any_quoted || quoted;
      std::string field = quoted ? read_quoted(row.line) : std::string();
      const std::size_t quoted_size = field.size();
      more = read_plain(field, row);
      row_bytes_ += field.size() + 1;
      if (quoted && row.problem.empty() && field.size() != quoted_size) {
        row.problem = "text behind the closing quote in field '" + field + "'";
      }
      // The empty texts inside a run of blanks are not fields.
      if (format_.delimiter != ' ' || !field.empty()) row.fields.push_back(std::move(field));
    }
    const bool empty_line =
        row.fields.empty() || (row.fields.size() == 1 && trim(row.fields[0]).empty() && !any_quoted);
    if (!empty_line) return true;
    row.fields.clear();
  }
  return false;
}

// Appends the text up to the end of the field and consumes the character that ends it. True if that was a
// delimiter, false at the end of a line, before which several CR may stand.
bool CsvReader::read_plain(std::string& field, CsvRow& row) {
  for (;;) {
    const int c = input_->get();
    if (c == '\n' || c == kEnd) return false;
    if (row_bytes_ + field.size() >= kMostRowBytes) fail_at_long_row(row.line);
    if (c == '\r') {
      while (input_->peek() == '\r') input_->get();
      if (input_->peek() == '\n' || input_->peek() == kEnd) continue;
      // Two rows could be one here.
      row.problem =
          "a CR stands inside of the line, though lines end in LF; save the file with line ends of one kind";
    }
    if (c == static_cast<unsigned char>(format_.delimiter) || (c == '\t' && format_.delimiter == ' '))
      return true;
    field += static_cast<char>(c);
  }
}

void CsvReader::fail_at_long_row(std::int64_t line) const {
  throw FileError(name_ + ", line " + std::to_string(line) + ": the row has more than " +
                  std::to_string(kMostRowBytes >> 20) +
                  " MiB; a quote may not be closed, or the file is no table");
}

double CsvReader::share_given() const noexcept {
  return input_->share_given();
}

std::string CsvReader::read_quoted(std::int64_t row_line) {
  std::string field;
  const std::int64_t begin = input_->line();
  input_->get();
  for (;;) {
    const int c = input_->get();
    if (c == kEnd) {
      throw FileError(name_ + ": the quote that opens on line " + std::to_string(begin) + " is never closed");
    }
    if (row_bytes_ + field.size() >= kMostRowBytes) fail_at_long_row(row_line);
    if (c == '"') {
      if (input_->peek() != '"') return field;
      input_->get();
    }
    field += static_cast<char>(c);
  }
}

std::string csv_row(std::span<const std::string> fields, char delimiter) {
  const std::string special{'"', '\n', '\r', delimiter};
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += delimiter;
    const std::string& field = fields[i];
    // Without quotes, a single blank field would be a blank line, and a leading byte order mark would be skipped.
    const bool quote = field.find_first_of(special) != std::string::npos ||
                       (fields.size() == 1 && trim(field).empty()) || (i == 0 && field.starts_with('\xEF'));
    if (!quote) {
      text += field;
      continue;
    }
    text += '"';
    for (const char c : field) text.append(c == '"' ? 2 : 1, c);
    text += '"';
  }
  return text += '\n';
}

void write_csv_row(std::ostream& stream, std::span<const std::string> fields, char delimiter) {
  stream << csv_row(fields, delimiter);
}

}  // namespace plstm
