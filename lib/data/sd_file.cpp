#include "plstm/data/sd_file.hpp"

#include <algorithm>
#include <istream>
#include <map>
#include <string>
#include <string_view>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

#include "data/files/text_input.hpp"

namespace plstm {

namespace {

std::string_view line_of(std::string_view text, int index) {
  for (; index > 0; --index) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// True if the line begins with two numbers of three columns each, "aaabbb...".
bool is_counts_line(std::string_view line) {
  const auto is_count = [](std::string_view text) {
    const std::string_view digits = trim(text);
    return !digits.empty() &&
           std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return line.size() >= 6 && is_count(line.substr(0, 3)) && is_count(line.substr(3, 3));
}

// The counts line of a mol block in present formats. It names its version, so no other line looks like it.
bool begins_mol_block(std::string_view line) {
  const std::string_view text = trim(line);
  return (text.ends_with("V2000") || text.ends_with("V3000")) && is_counts_line(line);
}

// The name between the angle brackets of "> 25 <name> (3)"; empty if there are none.
std::string_view property_name(std::string_view line) {
  const std::size_t begin = line.find('<');
  const std::size_t end = line.rfind('>');
  if (begin == std::string_view::npos || end < begin) return {};
  return line.substr(begin + 1, end - begin - 1);
}

void append_line(std::string& value, std::string_view line) {
  if (!value.empty()) value += '\n';
  value += line;
}

// A line after the mol block that belongs to no property. It belongs to a value that a blank line has cut, or to a
// molecule whose "$$$$" is missing.
void note_loose_text(std::string_view text, SdRecord& record) {
  if (trim(text).empty()) return;
  if (text.starts_with("M  END")) {
    record.problem = "'M  END' comes twice; separate two molecules by a line '$$$$'";
  } else if (record.properties.empty()) {
    if (record.problem.empty())
      record.problem = "'" + std::string(text) + "' stands behind 'M  END' and belongs to no property";
  } else {
    record.property_problems.emplace_back(
        record.properties.back().first,
        "a blank line ends its value before '" + std::string(text) + "'; remove the blank line");
  }
}

void note_repeated_names(SdRecord& record) {
  std::map<std::string_view, std::string_view> values;
  for (const auto& [name, value] : record.properties) {
    const auto [entry, is_new] = values.emplace(name, value);
    if (!is_new && entry->second != value)
      record.property_problems.emplace_back(name, "it comes twice with two values");
  }
}

}  // namespace

const std::string* SdRecord::property_problem(std::string_view name) const {
  for (const auto& [key, problem] : property_problems) {
    if (key == name) return &problem;
  }
  return nullptr;
}

std::string_view SdRecord::title() const {
  return trim(line_of(mol_block, 0));
}

const std::string* SdRecord::property(std::string_view name) const {
  for (const auto& [key, value] : properties) {
    if (key == name) return &value;
  }
  return nullptr;
}

SdReader::SdReader(std::istream& stream, std::string name)
    : input_(std::make_unique<TextInput>(stream, name)), name_(std::move(name)) {
  has_first_ = read_record(first_);
  if (!has_first_) throw FileError(name_ + ": the file has no records");
  if (!is_counts_line(line_of(first_.mol_block, 3)) &&
      first_.mol_block.find("\nM  END") == std::string::npos) {
    throw FileError(name_ + ": is not an SD file: line " + std::to_string(first_.line + 3) +
                    " does not count atoms and bonds");
  }
}

SdReader::~SdReader() = default;
SdReader::SdReader(SdReader&&) noexcept = default;

double SdReader::share_given() const noexcept {
  return input_->share_given();
}

bool SdReader::next(SdRecord& record) {
  if (has_first_) {
    record = std::move(first_);
    has_first_ = false;
  } else if (!read_record(record)) {
    return false;
  }
  record.record = ++num_records_;
  return true;
}

// Goes over one record that lies in the text ahead, ends in "$$$$" and holds one mol block. False if the next is none.
bool SdReader::skip_plain_record() {
  constexpr std::int64_t kCountsLine = 3;
  if (!next_header_.empty() || input_->peek() == TextInput::kEnd) return false;
  const std::string_view ahead = input_->ahead();
  std::size_t begin = 0;
  for (std::int64_t line = 0;; ++line) {
    const std::size_t end = ahead.find('\n', begin);
    if (end == std::string_view::npos) return false;
    std::string_view text = ahead.substr(begin, end - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    begin = end + 1;
    if (text.starts_with("$$$$")) {
      input_->pass(begin, line + 1);
      return true;
    }
    if (line > kCountsLine && begins_mol_block(text)) return false;
  }
}

std::int64_t SdReader::skip(std::int64_t records) {
  std::int64_t skipped = 0;
  if (skipped < records && has_first_) {
    first_ = {};
    has_first_ = false;
    ++skipped;
  }
  for (SdRecord record; skipped < records; ++skipped) {
    if (!skip_plain_record() && !read_record(record)) break;
  }
  num_records_ += skipped;
  return skipped;
}

RowPlace SdReader::place() const {
  if (has_first_) return {};  // go_to() has nothing to do then
  const TextInput::Place at = input_->place();
  return {num_records_, at.line, at.offset, at.inside, next_header_};
}

void SdReader::go_to(const RowPlace& place) {
  if (place == this->place()) return;
  if (place.rows == 0) throw FileError(name_ + ": cannot go back to the first record; open the file again");
  input_->go_to({place.offset, place.inside, place.line});
  first_ = {};
  has_first_ = false;
  num_records_ = place.rows;
  next_header_ = place.ahead;
}

bool SdReader::read_record(SdRecord& record) {
  constexpr std::size_t kHeaderLines = 3;
  record = {};
  record.line = input_->line() - static_cast<std::int64_t>(next_header_.size());
  std::vector<std::string> mol_block = std::exchange(next_header_, {});
  std::vector<std::string>
      loose;  // the last lines behind the mol block that belong to no property, up to three
  bool in_mol_block = true, in_property = false, blank = mol_block.empty(), ended = false;
  std::string line;
  std::size_t bytes = 0;
  while (!ended && get_line(line)) {
    bytes += line.size() + 1;
    if (bytes > kMostRecordBytes) fail_at_long_record(record.line);
    ended = line.starts_with("$$$$");
    if (ended) break;
    blank = blank && trim(line).empty();
    std::vector<std::string>& before = in_mol_block ? mol_block : loose;
    if (before.size() >= kHeaderLines + (in_mol_block ? 1 : 0) && begins_mol_block(line)) {
      next_header_.assign(before.end() - kHeaderLines, before.end());
      next_header_.push_back(line);
      before.resize(before.size() - kHeaderLines);
      break;
    }
    // Properties begin even where "M  END" is missing. The parser reports the fault of such a mol block.
    const bool is_header = line.starts_with('>') && (!in_mol_block || !property_name(line).empty());
    if (in_mol_block && (mol_block.size() <= kHeaderLines || !is_header)) {
      mol_block.push_back(line);
      in_mol_block = !line.starts_with("M  END");
      continue;
    }
    in_mol_block = false;
    if (in_property) {
      in_property = !trim(line).empty();
      if (in_property) append_line(record.properties.back().second, line);
    } else if (is_header) {
      for (const std::string& text : std::exchange(loose, {})) note_loose_text(text, record);
      record.properties.emplace_back(property_name(line), std::string());
      in_property = true;
    } else {
      loose.push_back(line);
      if (loose.size() <= kHeaderLines) continue;
      note_loose_text(loose.front(), record);
      loose.erase(loose.begin());
    }
  }
  for (const std::string& text : loose) note_loose_text(text, record);
  for (const std::string& text : mol_block) record.mol_block += text + '\n';
  note_repeated_names(record);
  return ended || !blank;
}

void SdReader::fail_at_long_record(std::int64_t line) const {
  throw FileError(name_ + ", line " + std::to_string(line) + ": the record has more than " +
                  std::to_string(kMostRecordBytes >> 20) +
                  " MiB; a line '$$$$' may be missing, or the file is no SD file");
}

bool SdReader::get_line(std::string& line) {
  line.clear();
  if (input_->peek() == TextInput::kEnd) return false;
  const std::int64_t begin = input_->line();
  for (int c = input_->get(); c != '\n' && c != TextInput::kEnd; c = input_->get()) {
    if (line.size() >= kMostRecordBytes) fail_at_long_record(begin);
    line += static_cast<char>(c);
  }
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

}  // namespace plstm
