#include "plstm/data/dags/graph_schema.hpp"

#include <array>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>
#include <plstm/core/named.hpp>

#include "core/files/json_text.hpp"
#include "core/files/json_values.hpp"
#include "core/files/unique_json.hpp"

namespace plstm {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr const char* kVersionKey = "plstm_graph_schema";

constexpr std::array<Named<AttributeKind>, 4> kKinds{{{AttributeKind::kNumber, "number"},
                                                      {AttributeKind::kCategory, "category"},
                                                      {AttributeKind::kSet, "set"},
                                                      {AttributeKind::kIgnored, "ignored"}}};

Json to_json(const AttributeRule& rule) {
  Json json;
  json["name"] = rule.name;
  json["kind"] = std::string(name(rule.kind));
  switch (rule.kind) {
    case AttributeKind::kNumber:
      json["mean"] = rule.mean;
      json["deviation"] = rule.deviation;
      if (rule.unit > 0) json["unit"] = rule.unit;
      if (rule.may_be_missing) json["may_be_missing"] = true;
      break;
    case AttributeKind::kCategory:
    case AttributeKind::kSet:
      json["texts"] = rule.texts;
      break;
    case AttributeKind::kIgnored:
      break;
  }
  return json;
}

Json to_json(const std::vector<AttributeRule>& rules) {
  Json json = Json::array();
  for (const AttributeRule& rule : rules) json.push_back(to_json(rule));
  return json;
}

// Reads the entries of an object by name, and knows in the end which of them nobody asked for.
class Entries {
 public:
  Entries(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw FileError(where_ + ": expected an object {...}");
  }

  const Json* find(const char* key) {
    asked_.insert(key);
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  template <class T>
  bool take(const char* key, T& value) {
    const Json* found = find(key);
    if (found == nullptr) return false;
    try {
      read_json(*found, value);
    } catch (const FileError& error) {
      throw FileError(fmt::format("{}: '{}': {}", where_, key, error.what()));
    }
    return true;
  }

  template <class T>
  void require(const char* key, T& value) {
    if (!take(key, value)) throw FileError(fmt::format("{}: '{}' is missing", where_, key));
  }

  void check_all_known() const {
    for (const auto& entry : object_.items()) {
      if (asked_.contains(entry.key())) continue;
      throw FileError(fmt::format("{}: '{}' means nothing here; expected {}", where_, entry.key(),
                                  fmt::join(asked_, ", ")));
    }
  }

 private:
  const Json& object_;
  std::string where_;
  std::set<std::string> asked_;
};

std::vector<std::string> read_texts(const Json& list, const std::string& where) {
  if (!list.is_array()) throw FileError(where + ": 'texts' must be a list");
  std::vector<std::string> texts;
  std::set<std::string> seen;
  for (const Json& entry : list) {
    if (!entry.is_string()) throw FileError(where + ": 'texts' must be a list of texts in quotes");
    texts.push_back(entry.get<std::string>());
    if (!seen.insert(texts.back()).second)
      throw FileError(fmt::format("{}: the text '{}' comes twice", where, texts.back()));
  }
  return texts;
}

AttributeRule read_rule(const Json& json, const std::string& place) {
  AttributeRule rule;
  Entries entries(json, place);
  entries.require("name", rule.name);
  const std::string where = fmt::format("{} '{}'", place, rule.name);
  std::string kind;
  entries.require("kind", kind);
  try {
    rule.kind = parse_named(kKinds, "kind", kind);
  } catch (const ConfigError& error) {
    throw FileError(fmt::format("{}: {}", where, error.what()));
  }
  if (rule.kind == AttributeKind::kNumber) {
    entries.take("mean", rule.mean);
    entries.take("deviation", rule.deviation);
    entries.take("unit", rule.unit);
    entries.take("may_be_missing", rule.may_be_missing);
    if (!(rule.deviation >= 0) || !(rule.unit >= 0))
      throw FileError(where + ": 'deviation' and 'unit' must not be negative");
  } else if (rule.kind != AttributeKind::kIgnored) {
    const Json* texts = entries.find("texts");
    if (texts == nullptr) throw FileError(where + ": 'texts' is missing");
    rule.texts = read_texts(*texts, where);
  }
  entries.check_all_known();
  return rule;
}

std::vector<AttributeRule> read_rules(Entries& entries, const char* key, const char* what) {
  std::vector<AttributeRule> rules;
  const Json* list = entries.find(key);
  if (list == nullptr) return rules;
  if (!list->is_array()) throw FileError(fmt::format("'{}' must be a list of attributes", key));
  std::set<std::string> names;
  for (const Json& each : *list) {
    rules.push_back(read_rule(each, fmt::format("{} attribute", what)));
    if (!names.insert(rules.back().name).second)
      throw FileError(fmt::format("{} attribute '{}' comes twice", what, rules.back().name));
  }
  return rules;
}

// A choice between two words.
bool read_choice(Entries& entries, const char* key, const char* no, const char* yes) {
  std::string text = no;
  entries.take(key, text);
  if (text != no && text != yes)
    throw FileError(fmt::format("'{}' is '{}', expected '{}' or '{}'", key, text, no, yes));
  return text == yes;
}

// Values of a number or a set; of a category none.
std::int32_t num_values(const std::vector<AttributeRule>& rules) {
  std::size_t count = 0;
  for (const AttributeRule& rule : rules) {
    if (rule.kind == AttributeKind::kNumber) count += rule.may_be_missing ? 2 : 1;
    if (rule.kind == AttributeKind::kSet) count += rule.texts.size() + 1;
  }
  return static_cast<std::int32_t>(count);
}

std::vector<std::int32_t> sizes_of(const std::vector<AttributeRule>& rules) {
  std::vector<std::int32_t> sizes;
  for (const AttributeRule& rule : rules) {
    if (rule.kind == AttributeKind::kCategory)
      sizes.push_back(static_cast<std::int32_t>(rule.texts.size()) + 1);
  }
  return sizes;
}

}  // namespace

std::string_view name(AttributeKind kind) {
  return name_of(kKinds, kind);
}

std::vector<std::int32_t> node_vocabulary_sizes(const GraphSchema& schema) {
  std::vector<std::int32_t> sizes = sizes_of(schema.nodes);
  if (sizes.empty() && node_value_width(schema) == 0) sizes.push_back(1);
  return sizes;
}

std::vector<std::int32_t> edge_vocabulary_sizes(const GraphSchema& schema) {
  return sizes_of(schema.edges);
}

std::int32_t node_value_width(const GraphSchema& schema) {
  return num_values(schema.nodes) + (schema.degrees ? 2 : 0);
}

std::int32_t edge_value_width(const GraphSchema& schema) {
  return num_values(schema.edges);
}

std::int32_t graph_value_width(const GraphSchema& schema) {
  std::int32_t width = num_values(schema.graphs);
  for (const std::int32_t size : sizes_of(schema.graphs)) width += size;  // a value for each code
  return width;
}

std::string to_json(const GraphSchema& schema) {
  Json json;
  json[kVersionKey] = kVersion;
  json["nodes"] = to_json(schema.nodes);
  json["edges"] = to_json(schema.edges);
  json["graphs"] = to_json(schema.graphs);
  json["degrees"] = schema.degrees;
  json["counts"] = schema.counts;
  json["parallel_edges"] = schema.dag.parallel == ParallelEdges::kKeep ? "keep" : "refuse";
  json["undirected"] = schema.dag.orient ? "orient" : "refuse";
  return json_text(json, 2) + "\n";
}

GraphSchema parse_graph_schema(std::string_view json) {
  check_json_depth(json);
  Json object;
  try {
    object = parse_unique_json(json);
  } catch (const Json::exception&) {
    throw FileError("a graph schema must be a JSON object");
  }
  Entries entries(object, "graph schema");
  std::int32_t version = 0;
  entries.require(kVersionKey, version);
  if (version != kVersion)
    throw FileError(fmt::format("the graph schema has version {}, expected {}", version, kVersion));
  GraphSchema schema;
  schema.nodes = read_rules(entries, "nodes", "node");
  schema.edges = read_rules(entries, "edges", "edge");
  schema.graphs = read_rules(entries, "graphs", "graph");
  entries.take("degrees", schema.degrees);
  entries.take("counts", schema.counts);
  if (read_choice(entries, "parallel_edges", "refuse", "keep")) schema.dag.parallel = ParallelEdges::kKeep;
  schema.dag.orient = read_choice(entries, "undirected", "refuse", "orient");
  entries.check_all_known();
  return schema;
}

bool is_graph_schema(std::string_view json) {
  return json.find(std::string("\"") + kVersionKey + "\"") != std::string_view::npos;
}

}  // namespace plstm
