#pragma once

#include <optional>
#include <string_view>

namespace plstm {

/// The character X of a first line "sep=X", by which spreadsheets name the delimiter. Nothing if the text has no such
/// line.
std::optional<char> named_delimiter(std::string_view text);

/// The delimiter of a table that begins with `text`. It is `preferred` if the first row contains it and all rows then
/// have equal widths. Otherwise it is the one of comma, semicolon and tab in the first row with which most rows have
/// the width of the first, or `preferred` if the first row has none of them. `complete`: the text is the whole table.
char detect_delimiter(std::string_view text, char preferred, bool complete);

}  // namespace plstm
