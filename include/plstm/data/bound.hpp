#pragma once

#include <cstdint>
#include <string_view>

namespace plstm {

/// A number that may be a bound of what was measured.
struct BoundText {
  std::int8_t bound =
      0;  ///< 1 for "at least" or "more than" the number, -1 for "at most" or "less than"; else 0
  std::string_view number;  ///< the rest of the text without blanks around it
};

/// Takes the sign of a bound from the text of a number: > >= => and U+2265, < <= =< and U+2264, with or without blanks
/// around it. Whether the rest is a number is for others to say. A view into `text`.
BoundText split_bound(std::string_view text);

}  // namespace plstm
