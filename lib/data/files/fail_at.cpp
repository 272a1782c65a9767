#include "data/files/fail_at.hpp"

#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>

namespace plstm {

void fail_at(std::string_view place, std::string_view problem) {
  throw FileError(fmt::format("{}: {}", printable(place), printable(problem)));
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  if (text.size() <= kLongest) return fmt::format("'{}'", printable(text));
  return fmt::format("'{}...'", printable(text.substr(0, kLongest)));
}

}  // namespace plstm
