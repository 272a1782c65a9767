#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace plstm {

/// The character X of a first line "sep=X", by which spreadsheets name the delimiter. Nothing if the text has no such
/// line.
std::optional<char> named_delimiter(std::string_view text);

/// The bytes of the lines that begin with # before the first other line; 0 where there is no other one.
std::size_t lines_marked(std::string_view text);

/// How many of the first `marked` bytes, those of such lines, are comments: of lines that have another number of fields
/// than the line behind them. A line with as many may be the names of the columns, as in "#smiles,value".
std::size_t size_of_comments(std::string_view text, std::size_t marked, char delimiter);

/// The delimiter of a table that begins with `text`. It is `preferred` if the first row contains it and all rows then
/// have equal widths. Otherwise it is the one of comma, semicolon, tab and "|" in the first row with which most rows have
/// the width of the first, or `preferred` if the first row has none of them. `complete`: the text is the whole table.
char detect_delimiter(std::string_view text, char preferred, bool complete);

}  // namespace plstm
