#include "plstm/core/files/json_depth.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

std::size_t json_depth(std::string_view text) noexcept {
  std::size_t depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;  // an escaped quote does not end the string
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

void check_json_depth(std::string_view text) {
  if (json_depth(text) > kMostJsonDepth) {
    throw FileError(fmt::format("lists and objects are nested more than {} levels deep", kMostJsonDepth));
  }
}

}  // namespace plstm
