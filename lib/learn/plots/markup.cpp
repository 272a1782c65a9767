#include "plstm/learn/plots/markup.hpp"

#include <plstm/core/files/printable.hpp>

namespace plstm {
namespace {

// Width of a character in ems, by its first byte in UTF-8; rather too much than too little.
double width_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0xE0) return 1.0;  // Asian scripts, symbols
  if (byte >= 0x80) return 0.66;
  if (byte == 'm' || byte == 'w' || byte == '%' || byte == '@' || byte == 'W' || byte == 'M') return 1.0;
  if (byte >= 'A' && byte <= 'Z') return 0.76;
  if (byte == 'i' || byte == 'l' || byte == 'j' || byte == '.' || byte == ',' || byte == ' ') return 0.36;
  return 0.62;
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string fit_text(std::string_view text, double ems) {
  const std::string whole = printable(text);
  const std::string ellipsis = "\u2026";
  double width = 0;
  std::size_t fits = 0;  // bytes that leave room for the ellipsis
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (continues(whole[i])) continue;
    if (width + 1 <= ems) fits = i;
    width += width_of(whole[i]);
  }
  return width <= ems ? whole : whole.substr(0, fits) + ellipsis;
}

}  // namespace plstm
