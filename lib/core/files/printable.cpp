#include "plstm/core/files/printable.hpp"

#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace plstm {

namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  // bytes; 0 if they are no valid UTF-8
};

// The first character of a text that is not empty (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  std::uint32_t code = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool shortest = code >= (size == 4 ? 0x10000u : size == 3 ? 0x800u : 0x80u);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return shortest && !surrogate && code <= 0x10FFFF ? Character{code, size} : Character{};
}

bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) ||       // C0, DEL, C1
         code == 0x061C || code == 0x200E || code == 0x200F ||  // marks of direction
         code == 0x2028 || code == 0x2029 ||                    // separators of lines and paragraphs
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||  // embeddings, isolates
         code == 0xFEFF;                                                              // byte order mark
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::size_t size = character.size == 0 ? 1 : character.size;
    if (character.size > 0 && !is_control(character.code)) {
      result += text.substr(0, size);
    } else if (text[0] == '\n') {
      result += "\\n";
    } else if (text[0] == '\t') {
      result += "\\t";
    } else if (text[0] == '\r') {
      result += "\\r";
    } else {
      for (const char c : text.substr(0, size))
        result += fmt::format("\\x{:02X}", static_cast<std::uint8_t>(c));
    }
    text.remove_prefix(size);
  }
  return result;
}

}  // namespace plstm
