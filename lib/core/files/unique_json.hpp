#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace plstm {

/// The value that a JSON text is, in O(size of the text). Throws FileError for a key that comes twice in an object, of
/// which other parsers keep one without a word, and what nlohmann's parser throws. Nesting is for the caller to bound.
nlohmann::ordered_json parse_unique_json(std::string_view text);

}  // namespace plstm
