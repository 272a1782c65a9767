#include "data/dags/formats/dot_tokens.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_line_end(char c) {
  return c == '\n' || c == '\r' || c == '\f';
}

// Characters of the number that the text begins with; 0 if it begins with none.
std::size_t number_size(std::string_view text) {
  const auto count_digits = [&](std::size_t from) {
    std::size_t end = from;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - from;
  };
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = count_digits(sign);
  const bool point = sign + whole < text.size() && text[sign + whole] == '.';
  const std::size_t fraction = point ? count_digits(sign + whole + 1) : 0;
  if (whole + fraction == 0) return 0;
  return sign + whole + (point ? 1 : 0) + fraction;
}

}  // namespace

void DotTokens::next() {
  skip_blanks();
  begin_ = position_;
  line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                      text_.begin() + static_cast<std::ptrdiff_t>(begin_), '\n');
  counted_ = begin_;
  const std::string_view rest = text_.substr(position_);
  if (rest.empty()) return take(Kind::kEnd, 0);
  if (rest.starts_with("->") || rest.starts_with("--")) return take(Kind::kPunctuation, 2);
  if (std::string_view("{}[];=,:+()@").find(rest.front()) != std::string_view::npos) {
    return take(Kind::kPunctuation, 1);
  }
  if (is_letter(rest.front())) {
    std::size_t size = 1;
    while (size < rest.size() && (is_letter(rest[size]) || is_digit(rest[size]))) ++size;
    std::string lower(rest.substr(0, size));
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    constexpr std::array<std::string_view, 6> kKeywords{"strict", "graph", "digraph",
                                                        "node",   "edge",  "subgraph"};
    if (std::ranges::find(kKeywords, lower) == kKeywords.end()) return take(Kind::kId, size);
    take(Kind::kKeyword, size);
    word_ = lower;
    return;
  }
  if (const std::size_t size = number_size(rest); size > 0) return take(Kind::kId, size);
  if (rest.front() == '"') return read_quoted();
  if (rest.front() == '<') fail("a text in HTML is not read; write a text in quotes");
  fail(fmt::format(
      "{} begins no word of the language{}", in_quotes(rest.substr(0, 1)),
      static_cast<unsigned char>(rest.front()) >= 0x80 ? "; such letters must stand in quotes" : ""));
}

void DotTokens::take(Kind kind, std::size_t size) {
  kind_ = kind;
  word_ = text_.substr(position_, size);
  position_ += size;
}

// Text in quotes, and more of them after plus signs.
void DotTokens::read_quoted() {
  kind_ = Kind::kId;
  word_.clear();
  while (true) {
    for (++position_;; ++position_) {
      if (position_ >= text_.size()) fail("the quote that opens here is never closed");
      if (text_[position_] == '"') break;
      if (text_[position_] != '\\' || position_ + 1 >= text_.size()) {
        word_ += text_[position_];
        continue;
      }
      const char escaped = text_[++position_];
      if (escaped == '\n') continue;
      if (escaped != '"') word_ += '\\';  // it means something to who draws labels
      word_ += escaped;
    }
    const std::size_t end = ++position_;
    skip_blanks();
    const bool more = position_ < text_.size() && text_[position_] == '+';
    if (more) {
      ++position_;
      skip_blanks();
      if (position_ >= text_.size() || text_[position_] != '"')
        fail("after a plus sign, a text in quotes should stand");
    } else {
      position_ = end;
      return;
    }
  }
}

void DotTokens::skip_blanks() {
  while (position_ < text_.size()) {
    const std::string_view rest = text_.substr(position_);
    const char c = rest.front();
    const bool line_begins = position_ == 0 || is_line_end(text_[position_ - 1]);
    if (c == ' ' || c == '\t' || c == '\v' || is_line_end(c)) {
      ++position_;
    } else if (rest.starts_with("\\\n")) {
      position_ += 2;
    } else if (rest.starts_with("//") || (c == '#' && line_begins)) {
      while (position_ < text_.size() && !is_line_end(text_[position_])) ++position_;
    } else if (rest.starts_with("/*")) {
      const std::size_t end = text_.find("*/", position_ + 2);
      if (end == std::string_view::npos) fail("a comment is never closed");
      position_ = end + 2;
    } else {
      return;
    }
  }
}

void DotTokens::fail(const std::string& problem) const {
  fail_at(place(), problem);
}

}  // namespace plstm
