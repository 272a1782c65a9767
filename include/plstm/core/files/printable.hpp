#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Text of unknown origin as one line that a terminal shows and does not obey: text in valid UTF-8 stays, and
/// \xHH stands for each byte of what is not. Escaped are the control characters (C0 with tabs and line ends as
/// \t, \n, \r; DEL; C1), the characters that turn the direction of text or separate lines, and invalid bytes.
/// A backslash stays as it is: the result is to be read by people and cannot be turned back.
std::string printable(std::string_view text);

}  // namespace plstm
