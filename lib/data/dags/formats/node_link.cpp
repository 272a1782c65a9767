#include "plstm/data/dags/formats/node_link.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/core/files/json_depth.hpp>
#include <plstm/data/number.hpp>

#include "core/files/json_text.hpp"
#include "core/files/unique_json.hpp"
#include "data/dags/record_builder.hpp"
#include "data/files/fail_at.hpp"
#include "data/files/json_documents.hpp"
#include "data/files/text_source.hpp"

namespace plstm {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kForm =
    R"(expected {"directed": true, "graph": {"name": "sum"}, "nodes": [{"id": "a"}, {"id": "b"}], )"
    R"("links": [{"source": "a", "target": "b"}]}, as node_link_data of networkx gives it)";

// A whole number is read exactly or not at all.
double number_of(const Json& value) {
  const double number = value.get<double>();
  constexpr double kBeyond = 18446744073709551616.0;  // 2^64, which no integer of JSON reaches exactly
  const bool exact =
      !value.is_number_integer() ||
      (value.is_number_unsigned()
           ? number < kBeyond && static_cast<std::uint64_t>(number) == value.get<std::uint64_t>()
           : static_cast<std::int64_t>(number) == value.get<std::int64_t>());
  if (!exact) {
    throw FileError(fmt::format("{} has more digits than a number of this program; write it as a text",
                                json_text(value)));
  }
  return number;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return format_number(value.get<double>());
  return json_text(value);  // true, false, whole numbers
}

AttributeValue attribute_of(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_number()) return number_of(value);
  if (!value.is_array()) return text_of(value);
  std::vector<std::string> items;
  for (const Json& item : value) {
    if (item.is_null() || item.is_structured()) {
      throw FileError("a list may have texts, numbers, true and false only");
    }
    items.push_back(text_of(item));
  }
  return items;
}

// One graph.
class NodeLinkGraph {
 public:
  NodeLinkGraph(const Json& json, std::string place) : json_(json) { builder_.head.place = std::move(place); }

  GraphRecord read() {
    if (!json_.is_object()) throw FileError(std::string("a graph must be an object: ") + kForm);
    const Json* const nodes = list("nodes");
    const Json* const links = list("links");
    const Json* const edges = list("edges");
    if (nodes == nullptr) throw FileError(std::string("there is no list \"nodes\": ") + kForm);
    if (links != nullptr && edges != nullptr) {
      throw FileError("there are both \"links\" and \"edges\"; one of them is enough");
    }
    builder_.head.directed = flag("directed", true);
    builder_.head.typed = flag("typed", true);
    multigraph_ = flag("multigraph", false);
    read_graph_attributes();
    for (const Json& node : *nodes) read_node(node, nodes->size());
    const Json* const arcs = links != nullptr ? links : edges;
    const char* const what = links != nullptr ? "links" : "edges";
    for (std::size_t i = 0; arcs != nullptr && i < arcs->size(); ++i) {
      try {
        read_link((*arcs)[i]);
      } catch (const FileError& error) {
        throw FileError(fmt::format("entry {} of \"{}\": {}", i + 1, what, error.what()));
      }
    }
    return builder_.take(numbered_);
  }

 private:
  const Json* list(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) return nullptr;
    if (!found->is_array()) throw FileError(fmt::format("\"{}\" must be a list: {}", key, kForm));
    return &*found;
  }

  bool flag(const char* key, bool otherwise) const {
    const auto found = json_.find(key);
    if (found == json_.end()) return otherwise;
    if (!found->is_boolean()) throw FileError(fmt::format("\"{}\" must be true or false", key));
    return found->get<bool>();
  }

  void set(AttributeTable& table, std::size_t thing, const std::string& name, const Json& value) {
    if (value.is_object()) {
      for (const auto& [key, item] : value.items()) set(table, thing, name + "." + key, item);
      return;
    }
    try {
      if (!table.set(thing, name, attribute_of(value))) throw FileError("is given twice");
    } catch (const FileError& error) {
      throw FileError(fmt::format("attribute {}: {}", in_quotes(name), error.what()));
    }
  }

  void set_of_graph(const std::string& key, const Json& value) {
    if (key == "name" && (value.is_string() || value.is_number())) {
      builder_.head.name = text_of(value);
    } else {
      set(builder_.graph, 0, key, value);
    }
  }

  void read_graph_attributes() {
    static const std::set<std::string, std::less<>> kKnown{"directed", "multigraph", "typed", "graph",
                                                           "nodes",    "links",      "edges"};
    if (const auto graph = json_.find("graph"); graph != json_.end() && !graph->is_null()) {
      if (!graph->is_object() && !(graph->is_array() && graph->empty())) {
        throw FileError(std::string("\"graph\" must be an object of attributes: ") + kForm);
      }
      for (const auto& [key, value] : graph->items()) set_of_graph(key, value);
    }
    for (const auto& [key, value] : json_.items()) {
      if (!kKnown.contains(key)) set_of_graph(key, value);
    }
  }

  // The name that an id gives.
  static std::string id_of(const Json& id) {
    if (id.is_null() || id.is_object() || id.is_boolean()) {
      throw FileError("an id must be a text, a number or a list of them");
    }
    return text_of(id);
  }

  void read_node(const Json& node, std::size_t num_nodes) {
    const std::size_t number = builder_.num_nodes();
    try {
      if (!node.is_object()) throw FileError(std::string("a node must be an object: ") + kForm);
      const auto id = node.find("id");
      const bool has_id = id != node.end();
      if (number == 0) with_ids_ = has_id;
      if (has_id != with_ids_) {
        throw FileError(fmt::format("it has {} \"id\", and the nodes before it have {}", has_id ? "an" : "no",
                                    has_id ? "none" : "one"));
      }
      numbered_ =
          numbered_ && (!has_id || (id->is_number_integer() && text_of(*id) == std::to_string(number)));
      builder_.add_node(has_id ? id_of(*id) : std::to_string(number));
      for (const auto& [key, value] : node.items()) {
        if (key != "id") set(builder_.nodes, number, key, value);
      }
    } catch (const FileError& error) {
      throw FileError(fmt::format("node {} of {}: {}", number + 1, num_nodes, error.what()));
    }
  }

  NodeId end_of(const Json& link, const char* key) const {
    const auto end = link.find(key);
    if (end == link.end()) throw FileError(fmt::format("there is no \"{}\": {}", key, kForm));
    const std::string id = id_of(*end);
    const std::optional<NodeId> node = builder_.find_node(id);
    if (!node) throw FileError(fmt::format("\"{}\" is {}, which is the id of no node", key, in_quotes(id)));
    return *node;
  }

  void read_link(const Json& link) {
    if (!link.is_object()) throw FileError(std::string("a link must be an object: ") + kForm);
    const NodeId tail = end_of(link, "source");
    const std::size_t edge = builder_.add_edge(tail, end_of(link, "target"));
    for (const auto& [key, value] : link.items()) {
      if (key == "source" || key == "target") continue;
      if (key == "key" && multigraph_ && value.is_number()) continue;
      set(builder_.edges, edge, key, value);
    }
  }

  const Json& json_;
  RecordBuilder builder_;
  bool multigraph_ = false;
  bool with_ids_ = false;
  bool numbered_ = true;
};

std::string place_in(const std::string& name, std::int64_t line) {
  return fmt::format("{}:{}", name, line);
}

void read_graph(std::string_view text, const std::string& name, std::int64_t line, const GraphTaker& take) {
  const std::string place = place_in(name, line);
  GraphRecord record;
  try {
    check_json_depth(text);
    const Json json = parse_unique_json(text);
    record = NodeLinkGraph(json, place).read();
  } catch (const Json::parse_error& error) {
    const std::size_t end = std::min(error.byte, text.size());
    const auto lines = std::ranges::count(text.substr(0, end), '\n');
    fail_at(place_in(name, line + lines),
            fmt::format("this is no JSON ({}); it has no NaN and no Infinity: write null", error.what()));
  } catch (const Json::exception& error) {
    fail_at(place, fmt::format("this JSON cannot be read: {}", error.what()));
  } catch (const FileError& error) {
    fail_at(place, error.what());
  }
  take(std::move(record));
}

}  // namespace

void read_node_link(std::istream& stream, const std::string& name, const GraphTaker& take) {
  const std::string text = read_document(stream, name);
  for (JsonDocuments documents(text, name); documents.next();) {
    read_graph(documents.text(), name, documents.line(), take);
  }
}

void read_node_link_lines(std::istream& stream, const std::string& name, const GraphTaker& take) {
  LineReader lines(stream, name);
  for (std::string line; lines.next(line);) {
    if (!trim(line).empty()) read_graph(line, name, lines.number(), take);
  }
}

}  // namespace plstm
