#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace plstm {

/// A JSON object of few levels. Whatever walks through a value of hundreds of thousands of levels overflows the stack,
/// so deeper ones are refused while they are read. Throws FileError, or what nlohmann's parser throws.
nlohmann::ordered_json parse_object(std::string_view text);

}  // namespace plstm
