#include "settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/learn/members.hpp>
#include <plstm/nn/graphs/graph_body.hpp>
#include <plstm/train/files/model_file.hpp>

#include "support/json_text.hpp"

namespace plstm::bench {
namespace {

// What the data decides.
constexpr std::array<std::string_view, 9> kFromData{
    "node_value_width", "node_vocabulary_sizes", "edge_value_width", "edge_vocabulary_sizes", "max_degree",
    "outputs",          "graph_value_width",     "graph_value_mean", "graph_value_scale"};

// Calls f(name, member) for every setting of training, so that writing and reading cannot disagree.
template <class Options, class F>
void for_each_training_setting(Options& o, const F& f) {
  f("epochs", o.epochs);
  f("batch_size", o.batch_size);
  f("learning_rate", o.learning_rate);
  f("warmup_epochs", o.warmup_epochs);
  f("weight_decay", o.adamw.weight_decay);
  f("beta1", o.adamw.beta1);
  f("beta2", o.adamw.beta2);
  f("clip_norm", o.clip_norm);
  f("average_epochs", o.average_epochs);
  f("patience", o.patience);
  f("shard_size", o.shard_size);
}

bool same_kind(const Json& value, const Json& expected) {
  if (expected.is_number_float()) return value.is_number();
  if (expected.is_number_integer()) return value.is_number_integer();
  return value.type() == expected.type();
}

const char* kind_of(const Json& value) {
  if (value.is_number_float()) return "a number";
  if (value.is_number_integer()) return "a whole number";
  if (value.is_boolean()) return "true or false";
  return "a word";
}

// The blocks of pLSTM stand in one of two settings: a pattern such as PDP, or the number of pairs PD.
constexpr const char* kPattern = "blocks";
constexpr const char* kPairs = "pd_blocks";

// Only some bodies have these; a change of them is for the models among those of a call that do.
constexpr const char* kDirections = "directions";
constexpr const char* kHops = "hops";

template <class Body>
bool is_body(const Json& name) {
  return std::holds_alternative<Body>(
      default_body(parse_named(kGraphBodyNames, "body", name.get<std::string>())));
}

std::string names_of_settings(const Json& all) {
  std::string names;
  for (const auto& item : all.items()) {
    const bool blocks = item.key() == kPattern || item.key() == kPairs;
    names += (names.empty() ? "" : ", ") + (blocks ? fmt::format("{}, {}", kPattern, kPairs) : item.key());
  }
  return names;
}

Json model_json(const RunSettings& settings) {
  Json json = apps::parse_json(to_json(settings.model));
  for (const std::string_view name : kFromData) json.erase(std::string(name));
  return json;
}

}  // namespace

Json to_json(const RunSettings& settings) {
  Json json;
  json["orientation"] = settings.orientation;
  json["atom_values"] = settings.atom_values;
  json["molecule_values"] = settings.molecule_values;
  json["members"] = settings.members;
  json.update(model_json(settings));
  json["precision"] = std::string(name(settings.training.precision));
  for_each_training_setting(settings.training,
                            [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

RunSettings with_changes(const RunSettings& settings, const Json& changes) {
  Json all = to_json(settings);
  all.emplace(kDirections, std::string(name_of(kCellDirectionNames, CellBody{}.directions)));
  all.emplace(kHops, DagTransformerBody{}.hops);
  if (changes.contains(kPattern) && changes.contains(kPairs)) {
    throw ConfigError(
        fmt::format("settings '{}' and '{}' are both given, and say the same", kPattern, kPairs));
  }
  for (const auto& [name, value] : changes.items()) {
    if (name == kPattern || name == kPairs) {
      all.erase(kPattern);
      all.erase(kPairs);
      all[name] = name == kPattern ? Json("") : Json(0);
    }
    if (!all.contains(name)) {
      throw ConfigError(
          fmt::format("there is no setting '{}'; expected one of {}", name, names_of_settings(all)));
    }
    if (!same_kind(value, all[name])) {
      throw ConfigError(
          fmt::format("setting '{}' is {}, expected {}", name, apps::json_text(value), kind_of(all[name])));
    }
    all[name] = value;
  }
  RunSettings changed = settings;
  changed.orientation = all["orientation"].get<std::string>();
  changed.atom_values = all["atom_values"].get<bool>();
  changed.molecule_values = all["molecule_values"].get<bool>();
  changed.members = all["members"].get<std::int32_t>();
  if (changed.members < 1 || changed.members > kMostMembers) {
    throw ConfigError(fmt::format("members is {}, expected 1 to {}", changed.members, kMostMembers));
  }
  changed.training.precision = parse_precision(all["precision"].get<std::string>());
  for_each_training_setting(changed.training,
                            [&](const char* name, auto& value) { all[name].get_to(value); });
  Json model = apps::parse_json(to_json(settings.model));
  for (const char* name : {kPattern, kPairs}) {
    model.erase(name);
    if (all.contains(name)) model[name] = nullptr;
  }
  for (const char* name : {kDirections, kHops}) model.erase(name);
  if (is_body<CellBody>(all["body"])) model[kDirections] = nullptr;
  if (is_body<DagTransformerBody>(all["body"])) model[kHops] = nullptr;
  for (auto& [name, value] : model.items()) {
    if (all.contains(name)) value = all[name];
  }
  try {
    changed.model = parse_graph_model_config(apps::json_text(model));
  } catch (const Error& error) {
    throw ConfigError(error.what());
  }
  return changed;
}

void add_change(Json& changes, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw ConfigError(fmt::format("--set {}: expected name=value", text));
  }
  add_change(changes, text.substr(0, equals), text.substr(equals + 1));
}

void add_change(Json& changes, const std::string& name, const std::string& value) {
  const Json parsed = apps::try_parse_json(value);
  changes[name] = parsed.is_number() || parsed.is_boolean() ? parsed : Json(value);
}

}  // namespace plstm::bench
