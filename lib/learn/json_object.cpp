#include "learn/json_object.hpp"

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>

namespace plstm {

nlohmann::ordered_json parse_object(std::string_view text) {
  check_json_depth(text);
  auto json = nlohmann::ordered_json::parse(text);
  if (!json.is_object()) throw FileError("not a JSON object");
  return json;
}

}  // namespace plstm
