#include "plstm/data/sd_file.hpp"

#include <algorithm>
#include <istream>

#include <plstm/core/error.hpp>
#include <plstm/data/number.hpp>

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

// "aaabbb...": begins with two numbers of three columns each.
bool is_counts_line(std::string_view line) {
  const auto is_count = [](std::string_view text) {
    const std::string_view digits = trim(text);
    return !digits.empty() &&
           std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return line.size() >= 6 && is_count(line.substr(0, 3)) && is_count(line.substr(3, 3));
}

// The name between the angle brackets of "> 25 <name> (3)"; empty if there are none.
std::string_view property_name(std::string_view line) {
  const std::size_t begin = line.find('<');
  const std::size_t end = line.rfind('>');
  if (begin == std::string_view::npos || end < begin) return {};
  return line.substr(begin + 1, end - begin - 1);
}

}  // namespace

std::string_view SdRecord::title() const {
  return trim(line_of(mol_block, 0));
}

const std::string* SdRecord::property(std::string_view name) const {
  for (const auto& [key, value] : properties) {
    if (key == name) return &value;
  }
  return nullptr;
}

SdReader::SdReader(std::istream& stream, std::string name) : stream_(stream), name_(std::move(name)) {
  has_first_ = read_record(first_);
  if (!has_first_) throw FileError(name_ + ": the file has no records");
  if (!is_counts_line(line_of(first_.mol_block, 3))) {
    throw FileError(name_ + ": is not an SD file: line " + std::to_string(first_.line + 3) +
                    " does not count atoms and bonds");
  }
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

bool SdReader::read_record(SdRecord& record) {
  record = {};
  record.line = line_ + 1;
  bool in_mol_block = true;
  bool in_property = false;
  bool blank = true;
  std::string line;
  while (get_line(line)) {
    if (line.starts_with("$$$$")) return true;
    blank = blank && trim(line).empty();
    if (in_mol_block) {
      record.mol_block += line;
      record.mol_block += '\n';
      in_mol_block = !line.starts_with("M  END");
    } else if (!in_property && line.starts_with('>')) {
      record.properties.emplace_back(property_name(line), std::string());
      in_property = true;
    } else if (line.empty()) {
      in_property = false;
    } else if (in_property) {
      std::string& value = record.properties.back().second;
      if (!value.empty()) value += '\n';
      value += line;
    }
  }
  return !blank;
}

bool SdReader::get_line(std::string& line) {
  std::getline(stream_, line);
  if (stream_.bad()) throw FileError(name_ + ": cannot be read");
  if (!stream_) return false;
  ++line_;
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

}  // namespace plstm
