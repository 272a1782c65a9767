#include "data/files/text_input.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <istream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

namespace {

// Characters 0x80 to 0x9F of Windows-1252. The five that it does not define stay control characters.
constexpr std::array<std::uint16_t, 32> kWindows1252{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

// What people have saved or downloaded instead of a table.
constexpr std::array<std::pair<std::string_view, const char*>, 14> kForeignFiles{
    {{"PK\x03\x04", "a ZIP archive or a workbook (.xlsx, .ods)"},
     {"\xFD"
      "7zXZ",
      "compressed by xz"},
     {"BZh", "compressed by bzip2"},
     {"\x28\xB5\x2F\xFD", "compressed by zstd"},
     {"\x1F\x8B", "compressed by gzip twice"},
     {"7z\xBC\xAF", "a 7z archive"},
     {"Rar!", "a RAR archive"},
     {"PAR1", "a Parquet file"},
     {"SQLite format 3", "a database"},
     {"{\\rtf", "a document in RTF"},
     {"\xD0\xCF\x11\xE0", "a workbook or document of old Office programs"},
     {"%PDF-", "a PDF document"},
     {"<!DOCTYPE", "a web page"},
     {"<html", "a web page"}}};

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

// How many characters of ASCII the text begins with.
std::size_t num_ascii(std::string_view text) {
  std::size_t i = 0;
  for (std::uint64_t eight = 0; i + sizeof eight <= text.size(); i += sizeof eight) {
    std::memcpy(&eight, text.data() + i, sizeof eight);
    if ((eight & 0x8080808080808080U) != 0) break;
  }
  while (i < text.size() && byte_at(text, i) < 0x80) ++i;
  return i;
}

// Bytes of the character that begins with `lead`, by the table of well-formed sequences; 0 if none does.
std::size_t sequence_length(unsigned lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

bool is_sequence(std::string_view bytes) {
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    if ((byte_at(bytes, i) & 0xC0) != 0x80) return false;
  }
  if (bytes.size() < 3) return true;
  const unsigned lead = byte_at(bytes, 0), second = byte_at(bytes, 1);
  const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= lowest && second <= highest;
}

// Whether this is no text at all: bytes that no encoding has, and one in thirty that no text has.
bool is_binary(std::string_view bytes) {
  constexpr std::string_view kOfTexts = "\t\n\v\f\r\x1A\x1B";
  const auto controls = std::ranges::count_if(bytes, [&](char c) {
    return static_cast<unsigned char>(c) < 0x20 && kOfTexts.find(c) == std::string_view::npos;
  });
  if (controls < 4 || static_cast<std::size_t>(controls) * 30 < bytes.size()) return false;
  for (std::size_t i = num_ascii(bytes); i < bytes.size(); i += num_ascii(bytes.substr(i))) {
    const std::size_t length = sequence_length(byte_at(bytes, i));
    if (length == 0 || (i + length <= bytes.size() && !is_sequence(bytes.substr(i, length)))) return true;
    i += std::max<std::size_t>(length, 1);
    if (i >= bytes.size()) break;
  }
  return false;
}

}  // namespace

TextInput::TextInput(std::istream& stream, std::string name) : stream_(stream), name_(std::move(name)) {
  fill();
  cr_ends_lines_ = text_.find('\r') != std::string::npos && text_.find('\n') == std::string::npos;
  if (cr_ends_lines_) std::replace(text_.begin(), text_.end(), '\r', '\n');
}

void TextInput::choose_encoding() {
  const std::string_view raw = raw_;
  for (const auto& [beginning, kind] : kForeignFiles) {
    if (raw.starts_with(beginning)) {
      throw FileError(fmt::format("{}: is {}, no text; save the table as CSV", name_, kind));
    }
  }
  if (raw.starts_with(std::string_view("\xFF\xFE\0\0", 4)) ||
      raw.starts_with(std::string_view("\0\0\xFE\xFF", 4))) {
    throw FileError(name_ + ": is UTF-32, which is not read; save the file as UTF-8");
  }
  std::size_t mark = 0;
  if (raw.starts_with("\xFF\xFE") || raw.starts_with("\xFE\xFF")) {
    encoding_ = raw[0] == '\xFF' ? Encoding::kUtf16Little : Encoding::kUtf16Big;
    mark = 2;
  } else if (raw.size() > 1 && (raw[0] == '\0') != (raw[1] == '\0')) {
    encoding_ = raw[1] == '\0' ? Encoding::kUtf16Little : Encoding::kUtf16Big;
  } else if (raw.starts_with("\xEF\xBB\xBF")) {
    mark = 3;
  } else if (raw.starts_with("\xEF\xBB") && (raw.size() < 3 || (byte_at(raw, 2) & 0xC0) != 0x80)) {
    throw FileError(name_ + ": line 1 begins with a broken byte order mark; save the file as UTF-8");
  }
  if (encoding_ == Encoding::kUtf8 && is_binary(raw)) {
    throw FileError(name_ + ": is no text; save the table as CSV, and unpack it first if it is compressed");
  }
  raw_.erase(0, mark);
  block_ = static_cast<std::int64_t>(mark);
}

bool TextInput::fill() {
  constexpr std::size_t kBlock = 1 << 16;
  const bool first = taken_ == 0;
  text_.clear();
  position_ = 0;
  block_ = taken_ - static_cast<std::int64_t>(raw_.size());
  while (text_.empty() && !at_end_) {
    const std::size_t old = raw_.size();
    raw_.resize(old + kBlock);
    try {
      const auto count = stream_.rdbuf()->sgetn(raw_.data() + old, kBlock);
      raw_.resize(old + static_cast<std::size_t>(count));
      taken_ += count;
      at_end_ = static_cast<std::size_t>(count) < kBlock;
    } catch (const std::ios_base::failure& failure) {
      throw FileError(name_ + ": cannot be read: " + failure.code().message());
    }
    if (first) choose_encoding();
    encoding_ == Encoding::kUtf8 ? decode_utf8() : decode_utf16();
  }
  if (cr_ends_lines_) std::replace(text_.begin(), text_.end(), '\r', '\n');
  decoded_ += text_.size();
  return !text_.empty();
}

void TextInput::go_to(const Place& place) {
  const auto cannot = [&](const std::string& why) {
    return FileError(fmt::format("{}: cannot be read from byte {} on: {}", name_, place.offset, why));
  };
  try {
    if (stream_.rdbuf()->pubseekpos(place.offset, std::ios::in) != std::streampos(place.offset)) {
      throw cannot("it ends before, or is a pipe");
    }
  } catch (const std::ios_base::failure& failure) {
    throw cannot(failure.code().message());
  }
  raw_.clear();
  text_.clear();
  position_ = 0;
  at_end_ = false;
  block_ = taken_ = place.offset;
  decoded_ = static_cast<std::size_t>(place.offset);
  line_ = place.line;
  auto inside = static_cast<std::size_t>(place.inside);
  // A block that begins here may end some bytes before that of the other input.
  while (inside > text_.size()) {
    inside -= text_.size();
    if (!fill()) throw cannot("it ends before");
  }
  position_ = inside;
}

void TextInput::decode_utf8() {
  std::size_t i = 0;
  while (i < raw_.size()) {
    const std::size_t ascii = num_ascii(std::string_view(raw_).substr(i));
    text_.append(raw_, i, ascii);
    i += ascii;
    if (i == raw_.size()) break;
    const unsigned lead = byte_at(raw_, i);
    const std::size_t length = sequence_length(lead);
    if (length > raw_.size() - i && !at_end_) break;  // the rest of the character is in the next block
    if (length > 0 && length <= raw_.size() - i && is_sequence(std::string_view(raw_).substr(i, length))) {
      text_.append(raw_, i, length);
      i += length;
    } else {
      append_utf8(text_, lead < 0xA0 ? kWindows1252[lead - 0x80] : lead);
      ++i;
    }
  }
  raw_.erase(0, i);
}

void TextInput::decode_utf16() {
  const bool little = encoding_ == Encoding::kUtf16Little;
  const auto unit = [&](std::size_t i) {
    const unsigned first = byte_at(raw_, i), second = byte_at(raw_, i + 1);
    return little ? first | second << 8 : first << 8 | second;
  };
  std::size_t i = 0;
  const auto broken = [&] {
    const auto lines = std::count(text_.begin(), text_.end(), '\n');
    return FileError(name_ + ": line " + std::to_string(line_ + lines) +
                     ": broken UTF-16; save the file as UTF-8");
  };
  for (; i + 1 < raw_.size(); i += 2) {
    std::uint32_t code = unit(i);
    if (code >= 0xDC00 && code < 0xE000) throw broken();
    if (code >= 0xD800 && code < 0xDC00) {
      if (i + 3 >= raw_.size()) {
        if (at_end_) throw broken();
        break;
      }
      const std::uint32_t low = unit(i + 2);
      if (low < 0xDC00 || low >= 0xE000) throw broken();
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    }
    append_utf8(text_, code);
  }
  raw_.erase(0, i);
  if (at_end_ && !raw_.empty()) throw broken();
}

int TextInput::peek() {
  if (position_ == text_.size() && !fill()) return kEnd;
  return static_cast<unsigned char>(text_[position_]);
}

int TextInput::get() {
  const int c = peek();
  if (c == kEnd) return c;
  ++position_;
  if (c == '\n') ++line_;
  return c;
}

}  // namespace plstm
