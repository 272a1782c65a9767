#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plstm {

/// The values of a list that stands in one cell of a table or in one property of an SD file, as texts without blanks
/// around them and without quotation marks.
///
/// Brackets around the list may be missing: "[0.1, -0.2]", "0.1;-0.2", "0.1 -0.2". Semicolons separate values if there
/// are any, then commas, then blanks and line ends. A list of properties as RDKit writes it may begin with the mark of
/// its missing values in brackets ("[?] 2 2 ?"); these values are empty in the result, and so is what stands between
/// two separators. "" and "[]" have no values. Quotation marks keep separators: "['sp 2', 'sp3']".
///
/// Throws FileError "the list ..." for a list in a list, a bracket or a quotation mark that stands alone, and for
/// commas beside semicolons.
std::vector<std::string> split_value_list(std::string_view text);

/// "[a, b]", which split_value_list() reads back. Quotation marks stand around values that need them.
std::string join_value_list(std::span<const std::string> values);

/// Several rows of `width` cells as one: each cell is the list of what stands in its column, with "nan" for an empty text.
std::vector<std::string> as_lists(std::span<const std::vector<std::string>> rows, std::size_t width);

}  // namespace plstm
