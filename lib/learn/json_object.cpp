#include "learn/json_object.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

constexpr int kMostLevels = 16;

}  // namespace

nlohmann::ordered_json parse_object(std::string_view text) {
  using Json = nlohmann::ordered_json;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kMostLevels) throw FileError(fmt::format("nested more than {} levels deep", kMostLevels));
    return true;
  };
  Json json = Json::parse(text, shallow);
  if (!json.is_object()) throw FileError("not a JSON object");
  return json;
}

}  // namespace plstm
