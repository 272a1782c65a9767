#pragma once

#include <cstddef>
#include <limits>
#include <string>

namespace plstm::test {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// How often a part stands in a text.
inline std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

}  // namespace plstm::test
