#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Text of unknown origin as one line that a terminal shows and does not obey. Text in valid UTF-8 stays. Escaped as in
/// C++ are the control characters (C0, DEL, C1), the characters that turn the direction of text or separate lines, and
/// bytes that are no UTF-8: tabs and line ends by their letters, the others by x and two hexadecimal digits a byte.
/// A backslash stays as it is: the result is to be read by people and cannot be turned back.
std::string printable(std::string_view text);

}  // namespace plstm
