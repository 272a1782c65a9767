#include "number_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <limits>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/input_file.hpp>

namespace plstm {

namespace {

std::string read_text(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw FileError(path.string() + ": cannot be opened");
  InputFile file(path);
  std::istream& stream = file.stream();
  std::string text;
  for (std::size_t size = 0; stream; size += static_cast<std::size_t>(stream.gcount())) {
    text.resize(size + std::max<std::size_t>(size, 1 << 16));
    stream.read(text.data() + size, static_cast<std::streamsize>(text.size() - size));
    if (!stream) text.resize(size + static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad()) throw FileError(path.string() + ": cannot be read");
  return text;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
bool ends_number(char c) {
  return is_blank(c) || c == ',' || is_line_end(c);
}

// Walks through the text of a table.
template <class T>
class TableReader {
 public:
  TableReader(std::string_view text, NumberTable<T>& table)
      : at_(text.data()), end_(text.data() + text.size()), table_(table) {
    if (text.starts_with("\xEF\xBB\xBF")) at_ += 3;
  }

  void read() {
    std::size_t num_lines = 0;
    for (; at_ != end_; ++num_lines, skip_line_end()) {
      const std::size_t size = table_.values.size();
      read_numbers();
      const std::size_t count = table_.values.size() - size;
      if (count == 0) continue;
      if (table_.rows != num_lines) {
        fail_at_row(table_.name, table_.rows, "is empty, but more lines follow");
      }
      if (table_.width == 0) table_.width = count;
      if (count != table_.width) fail(fmt::format("has {} numbers, expected {}", count, table_.width));
      if (++table_.rows > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        throw FileError(table_.name + ": has too many lines for 32-bit ids; split the data set");
      }
    }
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const { fail_at_row(table_.name, table_.rows, problem); }

  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }

  void skip_line_end() {
    if (at_ == end_) return;
    const char first = *at_++;
    if (first == '\r' && at_ != end_ && *at_ == '\n') ++at_;
  }

  // Appends the numbers up to the end of the line.
  void read_numbers() {
    skip_blanks();
    for (bool first = true; at_ != end_ && !is_line_end(*at_); first = false) {
      if (!first && *at_ == ',') {
        ++at_;
        skip_blanks();
      }
      table_.values.push_back(read_number());
      skip_blanks();
    }
  }

  T read_number() {
    const char* digits = at_;
    if (end_ - at_ > 1 && *at_ == '+' && at_[1] != '-') ++digits;
    T value = 0;
    const auto [stop, error] = std::from_chars(digits, end_, value);
    if (error == std::errc::invalid_argument || (stop != end_ && !ends_number(*stop))) fail_number("");
    if (error == std::errc::result_out_of_range) fail_number("is out of range");
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(value)) fail_number("is not a finite number");
    }
    at_ = stop;
    return value;
  }

  [[noreturn]] void fail_number(std::string_view problem) const {
    constexpr std::size_t kMostShown = 40;
    const std::string word(at_, std::find_if(at_, end_, ends_number));
    if (word.empty()) fail("has a comma without a number");
    if (problem.empty()) {
      problem = std::is_floating_point_v<T> ? "is not a number" : "is not a whole number";
    }
    fail(fmt::format("has '{}', which {}",
                     word.size() > kMostShown ? word.substr(0, kMostShown) + "..." : word, problem));
  }

  const char* at_;
  const char* end_;
  NumberTable<T>& table_;
};

}  // namespace

void fail_at_row(const std::string& name, std::size_t row, const std::string& problem) {
  throw FileError(fmt::format("{}: line {} {}", name, row + 1, problem));
}

template <class T>
NumberTable<T> read_number_table(const std::filesystem::path& path, std::size_t width) {
  const std::string text = read_text(path);
  NumberTable<T> table;
  table.name = path.string();
  table.width = width;
  TableReader<T>(text, table).read();
  return table;
}

template NumberTable<std::int64_t> read_number_table(const std::filesystem::path&, std::size_t);
template NumberTable<float> read_number_table(const std::filesystem::path&, std::size_t);

}  // namespace plstm
