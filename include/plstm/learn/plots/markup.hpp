#pragma once

#include <string>
#include <string_view>

namespace plstm {

/// Text of unknown origin as the contents of an element or as an attribute in quotes, for HTML and SVG. The five
/// characters with a meaning there become entities. Control characters and bytes that are no UTF-8 become visible, as
/// printable() says.
std::string escape_markup(std::string_view text);

/// The text if it is about `ems` wide or less in a usual sans-serif font, otherwise its beginning and an ellipsis. Not
/// escaped; control characters are visible.
std::string fit_text(std::string_view text, double ems);

}  // namespace plstm
