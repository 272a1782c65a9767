#include "data/files/xml_tags.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 63));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 63));
    add(0x80 | (code & 63));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 63));
    add(0x80 | (code >> 6 & 63));
    add(0x80 | (code & 63));
  }
}

// "amp", "#65" or "#x41", between & and ;. False for what is no such reference.
bool append_reference(std::string& text, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNames{
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [known, c] : kNames) {
    if (name != known) continue;
    text += c;
    return true;
  }
  if (!name.starts_with('#')) return false;
  const bool hexadecimal = name.starts_with("#x");
  name.remove_prefix(hexadecimal ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
  if (name.empty() || error != std::errc() || end != name.data() + name.size() || code > 0x10FFFF)
    return false;
  append_utf8(text, code);
  return true;
}

std::string replace_references(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t begin = text.find('&');
    result += text.substr(0, begin);
    if (begin == std::string_view::npos) return result;
    text.remove_prefix(begin);
    const std::size_t end = text.find(';');
    if (end != std::string_view::npos && append_reference(result, text.substr(1, end - 1))) {
      text.remove_prefix(end + 1);
    } else {
      result += '&';
      text.remove_prefix(1);
    }
  }
}

}  // namespace

bool XmlTags::next() {
  do {
    position_ = std::min(text_.find('<', position_), text_.size());
    begin_ = position_;
    line_ += std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                        text_.begin() + static_cast<std::ptrdiff_t>(begin_), '\n');
    counted_ = begin_;
    if (begin_ == text_.size()) {
      if (!open_.empty())
        fail(fmt::format("the document ends inside the element {}", in_quotes(open_.back())));
      return false;
    }
    ++position_;
  } while (skip_other());
  begins_ = position_ < text_.size() && text_[position_] != '/';
  ends_ = !begins_;
  if (ends_) ++position_;
  element_ = take_name();
  attributes_.clear();
  if (begins_) {
    read_attributes();
  } else {
    skip_blanks();
  }
  if (position_ >= text_.size() || text_[position_] != '>') fail("the tag that begins here has no end");
  ++position_;
  if (begins_) {
    depth_ = open_.size();
    if (depth_ >= kMostDepth) fail(fmt::format("elements are nested more than {} levels deep", kMostDepth));
    if (!ends_) open_.push_back(element_);
    return true;
  }
  if (open_.empty() || open_.back() != element_) {
    fail(fmt::format("{} ends here, but {}", in_quotes(element_),
                     open_.empty() ? "nothing has begun" : in_quotes(open_.back()) + " began last"));
  }
  open_.pop_back();
  depth_ = open_.size();
  return true;
}

// Whether something else than a tag began with the angle bracket, and was skipped.
bool XmlTags::skip_other() {
  const std::string_view rest = text_.substr(position_);
  if (rest.starts_with("?")) {
    const std::size_t begin = position_;
    skip_past("?>", "the processing instruction");
    std::string head(text_.substr(begin, position_ - begin));
    std::ranges::transform(head, head.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::size_t encoding = head.find("encoding");
    if (head.starts_with("?xml") && encoding != std::string::npos &&
        head.find("utf-8", encoding) == std::string::npos &&
        head.find("ascii", encoding) == std::string::npos) {
      fail("the document must be in UTF-8; convert it");
    }
  } else if (rest.starts_with("!--")) {
    skip_past("-->", "the comment");
  } else if (rest.starts_with("![CDATA[")) {
    skip_past("]]>", "the section of character data");
  } else if (rest.starts_with("!")) {
    skip_document_type();
  } else {
    return false;
  }
  return true;
}

void XmlTags::skip_past(std::string_view mark, const char* what) {
  const std::size_t end = text_.find(mark, position_);
  if (end == std::string_view::npos) fail(fmt::format("{} that begins here has no end", what));
  position_ = end + mark.size();
}

void XmlTags::skip_document_type() {
  if (!open_.empty()) fail("a declaration stands inside an element");
  std::size_t depth = 0;
  for (; position_ < text_.size(); ++position_) {
    const char c = text_[position_];
    if (c == '[') ++depth;
    if (c == ']' && depth > 0) --depth;
    if (c == '>' && depth == 0) {
      ++position_;
      return;
    }
  }
  fail("the document type that begins here has no end");
}

void XmlTags::read_attributes() {
  while (true) {
    skip_blanks();
    if (position_ >= text_.size() || text_[position_] == '>') return;
    if (text_.substr(position_).starts_with("/>")) {
      ends_ = true;
      ++position_;
      return;
    }
    const std::string_view name = take_name();
    skip_blanks();
    if (position_ >= text_.size() || text_[position_] != '=') {
      fail(fmt::format("attribute {} has no value", in_quotes(name)));
    }
    ++position_;
    skip_blanks();
    const char quote = position_ < text_.size() ? text_[position_] : ' ';
    const std::size_t end =
        quote == '"' || quote == '\'' ? text_.find(quote, position_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) {
      fail(fmt::format("the value of attribute {} does not stand in quotes", in_quotes(name)));
    }
    attributes_.emplace_back(name, text_.substr(position_ + 1, end - position_ - 1));
    position_ = end + 1;
  }
}

std::optional<std::string> XmlTags::attribute(std::string_view name) const {
  for (const auto& [key, value] : attributes_) {
    if (key == name) return replace_references(value);
  }
  return std::nullopt;
}

std::string_view XmlTags::take_name() {
  const std::size_t begin = position_;
  while (position_ < text_.size() && !is_blank(text_[position_]) &&
         std::string_view("<>/=!?\"'&").find(text_[position_]) == std::string_view::npos &&
         text_[position_] != '\0') {
    ++position_;
  }
  if (position_ == begin) fail("the tag that begins here is malformed");
  return text_.substr(begin, position_ - begin);
}

void XmlTags::skip_blanks() {
  while (position_ < text_.size() && is_blank(text_[position_])) ++position_;
}

void XmlTags::fail(const std::string& problem) const {
  fail_at(place(), problem);
}

}  // namespace plstm
