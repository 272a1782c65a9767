#include "learn/json_object.hpp"

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>

#include "core/files/json_text.hpp"

namespace plstm {

nlohmann::ordered_json parse_object(std::string_view text) {
  check_json_depth(text);
  auto json = parse_json(text);
  if (!json.is_object()) throw FileError("not a JSON object");
  return json;
}

}  // namespace plstm
