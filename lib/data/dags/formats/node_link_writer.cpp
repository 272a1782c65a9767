#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/formats/node_link.hpp>
#include <plstm/data/files/output_file.hpp>

#include "core/files/json_text.hpp"
#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(double number) {
  constexpr double kWhole = 9007199254740992.0;  // 2^53: a whole number below it has one text only
  if (!std::isfinite(number)) throw FileError("it has a value that is not finite");
  if (std::abs(number) < kWhole && number == std::trunc(number) && !(number == 0 && std::signbit(number))) {
    return static_cast<std::int64_t>(number);
  }
  return number;
}

Json json_of(const AttributeValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return json_of(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* items = std::get_if<std::vector<std::string>>(&value)) return *items;
  return nullptr;
}

// A value that is missing is left out, but not of the first thing, which names all columns in their order.
void append(Json& object, const std::vector<AttributeColumn>& columns, std::size_t thing) {
  for (const AttributeColumn& column : columns) {
    const AttributeValue& value = column.values.at(thing);
    if (thing > 0 && std::holds_alternative<std::monostate>(value)) continue;
    try {
      object[column.name] = json_of(value);
    } catch (const FileError& error) {
      throw FileError(fmt::format("attribute {}: {}", in_quotes(column.name), error.what()));
    }
  }
}

void check_names(const std::vector<AttributeColumn>& columns, const char* what,
                 const std::set<std::string>& taken) {
  std::set<std::string> seen;
  for (const AttributeColumn& column : columns) {
    if (taken.contains(column.name)) {
      throw FileError(
          fmt::format("an attribute of {} is called '{}', which means something else in JSON; rename it",
                      what, column.name));
    }
    if (!seen.insert(column.name).second) {
      throw FileError(fmt::format("two attributes of {} are called {}", what, in_quotes(column.name)));
    }
  }
}

bool has_parallel_edges(const GraphRecord& record) {
  std::set<std::pair<NodeId, NodeId>> seen;
  for (const Arc& edge : record.edges) {
    const bool turn = !record.directed && edge.tail > edge.head;
    const auto ends = turn ? std::pair(edge.head, edge.tail) : std::pair(edge.tail, edge.head);
    if (!seen.insert(ends).second) return true;
  }
  return false;
}

Json json_of(const GraphRecord& record) {
  const bool multigraph = has_parallel_edges(record);
  check_names(record.graph_attributes, "the graph", {"name"});
  check_names(record.node_attributes, "nodes", {"id"});
  check_names(record.edge_attributes, "edges",
              multigraph ? std::set<std::string>{"source", "target", "key"}
                         : std::set<std::string>{"source", "target"});
  Json json{{"directed", record.directed}, {"multigraph", multigraph}};
  if (!record.typed) json["typed"] = false;
  Json graph = Json::object();
  if (!record.name.empty()) graph["name"] = record.name;
  append(graph, record.graph_attributes, 0);
  json["graph"] = std::move(graph);
  Json nodes = Json::array();
  for (NodeId node = 0; node < record.num_nodes; ++node) {
    Json& item = nodes.emplace_back(Json::object());
    if (record.node_names.empty()) {
      item["id"] = node;
    } else {
      item["id"] = node_name(record, node);
    }
    append(item, record.node_attributes, static_cast<std::size_t>(node));
  }
  json["nodes"] = std::move(nodes);
  const auto end = [&](NodeId node) {
    if (node < 0 || node >= record.num_nodes) throw FileError(fmt::format("an edge names node {}", node));
    return record.node_names.empty() ? Json(node) : Json(node_name(record, node));
  };
  Json links = Json::array();
  for (std::size_t i = 0; i < record.edges.size(); ++i) {
    Json& item = links.emplace_back(Json::object());
    item["source"] = end(record.edges[i].tail);
    item["target"] = end(record.edges[i].head);
    append(item, record.edge_attributes, i);
  }
  json["links"] = std::move(links);
  return json;
}

}  // namespace

std::string node_link_text(const GraphRecord& record) {
  const std::string place =
      fmt::format("node_link_text: graph {} ({})", in_quotes(record.name), record.place);
  try {
    return json_text(json_of(record));
  } catch (const Json::exception& error) {
    fail_at(place, fmt::format("has a text that is no UTF-8: {}", error.what()));
  } catch (const FileError& error) {
    fail_at(place, error.what());
  }
}

void write_node_link_lines(const std::filesystem::path& path, std::span<const GraphRecord> records) {
  OutputFile file(path);
  for (const GraphRecord& record : records) file.stream() << node_link_text(record) << '\n';
  file.commit();
}

}  // namespace plstm
