#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace plstm {

/// A JSON object of at most kMostJsonDepth levels. Throws FileError, or what nlohmann's parser throws.
nlohmann::ordered_json parse_object(std::string_view text);

}  // namespace plstm
