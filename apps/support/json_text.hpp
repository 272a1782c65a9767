#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

// JSON values from text and to text. Whoever calls these does not compile the parser and the writer of the JSON library
// once more.
namespace plstm::apps {

/// Throws what nlohmann's parser throws.
nlohmann::ordered_json parse_json(std::string_view text);

/// A discarded value where the text is no JSON.
nlohmann::ordered_json try_parse_json(std::string_view text);

/// In one line, or in lines that are indented by so many blanks, with U+FFFD for what is no UTF-8: names of files can hold
/// any bytes.
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace plstm::apps
