#pragma once

#include <optional>
#include <string_view>

namespace plstm {

/// The character X of a first line "sep=X", by which spreadsheets name the delimiter; nothing if the text begins
/// otherwise.
std::optional<char> named_delimiter(std::string_view text);

/// The delimiter of a table that begins with `text`: `preferred` if it stands in the first row and gives the rows
/// equal widths, or else that of comma, semicolon and tab which stands in the first row and gives the most rows
/// its width. `preferred` if none of them stands there. `complete` says that the text is the whole table.
char detect_delimiter(std::string_view text, char preferred, bool complete);

}  // namespace plstm
