#pragma once

#include <cstddef>
#include <string_view>

namespace plstm {

/// Lists and objects in files of plstm are never nested deeper than this.
inline constexpr std::size_t kMostJsonDepth = 64;

/// How deep lists and objects are nested in JSON text: 0 for a number, 2 for [[1], {}]. Text that is not JSON has some
/// depth, too: at least that of its longest beginning that JSON text can have. O(size of the text), no allocation.
std::size_t json_depth(std::string_view text) noexcept;

/// Throws FileError if the text is nested deeper than kMostJsonDepth. Code that parses JSON of unknown origin calls
/// this first: printing a parsed value recurses into it, and 100,000 levels overflow the stack.
void check_json_depth(std::string_view text);

}  // namespace plstm
