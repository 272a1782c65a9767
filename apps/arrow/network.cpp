#include "network.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/train/checkpoint.hpp>

namespace plstm::arrow {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kKind = "arrow_network";
constexpr std::array<std::pair<NetworkKind, std::string_view>, 5> kNames{
    {{NetworkKind::kPd, "pd"},
     {NetworkKind::kP, "p"},
     {NetworkKind::kD, "d"},
     {NetworkKind::kNoPositions, "nopos"},
     {NetworkKind::kVit, "vit"}}};

Json options_json(const NetworkOptions& o) {
  Json json;
  json["model"] = std::string(name(o.kind));
  json["size"] = o.size;
  json["patch"] = o.patch;
  json["width"] = o.width;
  json["heads"] = o.heads;
  json["blocks"] = o.blocks;
  json["dropout"] = o.dropout;
  json["drop_path"] = o.drop_path;
  return json;
}

NetworkOptions parse_options(const Json& json) {
  NetworkOptions o;
  o.kind = parse_network_kind(json.at("model").get<std::string>());
  o.size = json.at("size").get<std::int32_t>();
  o.patch = json.at("patch").get<Index>();
  o.width = json.at("width").get<Index>();
  o.heads = json.at("heads").get<Index>();
  o.blocks = json.at("blocks").get<Index>();
  o.dropout = json.at("dropout").get<double>();
  o.drop_path = json.at("drop_path").get<double>();
  return o;
}

}  // namespace

std::string_view name(NetworkKind kind) {
  return std::ranges::find(kNames, kind, &std::pair<NetworkKind, std::string_view>::first)->second;
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const auto& [kind, text] : kNames) names.emplace_back(text);
  return names;
}

NetworkKind parse_network_kind(std::string_view text) {
  for (const auto& [kind, known] : kNames) {
    if (text == known) return kind;
  }
  throw ConfigError(fmt::format("'{}' is no model; there are pd, p, d, nopos and vit", text));
}

}  // namespace plstm::arrow
