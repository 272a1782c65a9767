#include "plstm/data/dags/encode_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/attribute_value.hpp>
#include <plstm/data/missing.hpp>
#include <plstm/graph/subtree_labels.hpp>

namespace plstm {
namespace {

using Texts = std::unordered_map<std::string_view, std::size_t>;

Texts places_of(const AttributeRule& rule) {
  Texts places;
  for (std::size_t i = 0; i < rule.texts.size(); ++i) places.emplace(rule.texts[i], i);
  return places;
}

bool lacks_number(const AttributeValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return is_nothing(value) || (text != nullptr && is_missing(*text));
}

// The things of one kind in a record, for messages.
struct Things {
  const GraphRecord* record;
  std::string_view what;  // "node", "edge" or "graph"
  const std::vector<AttributeColumn>* columns;
  std::size_t count;

  std::string name(std::size_t thing) const {
    if (what == "node") return fmt::format("node '{}'", node_name(*record, static_cast<NodeId>(thing)));
    if (what == "edge") {
      const Arc& arc = record->edges[thing];
      return fmt::format("edge '{}' -> '{}'", node_name(*record, arc.tail), node_name(*record, arc.head));
    }
    return "the graph";
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw FileError(fmt::format("{}: graph '{}': {}", record->place, record->name, problem));
  }

  // The values of a rule; null where the file has no such attribute and need not have it.
  const AttributeColumn* column(const AttributeRule& rule) const {
    const AttributeColumn* found = find_attribute(*columns, rule.name);
    if (found == nullptr && count > 0 && !rule.may_be_missing && rule.kind == AttributeKind::kNumber) {
      fail(fmt::format("{} attribute '{}' is missing, which the model reads as a number", what, rule.name));
    }
    if (found == nullptr && count > 0 && rule.kind == AttributeKind::kCategory) {
      fail(fmt::format("{} attribute '{}' is missing, which the model reads as a category", what, rule.name));
    }
    return found;
  }

  double number(const AttributeRule& rule, const AttributeValue& value, std::size_t thing) const {
    if (const std::optional<double> number = number_of(value)) return *number;
    fail(fmt::format("{}: '{}' is {}, expected a number", name(thing), rule.name,
                     is_nothing(value) ? "missing" : in_quotes(value)));
  }
};

double standardised(const AttributeRule& rule, double number) {
  if (rule.deviation == 0) return 0;
  if (rule.unit > 0) number = std::asinh(number / rule.unit);
  return std::clamp((number - rule.mean) / rule.deviation, -5.0, 5.0);
}

// Writes one column of values or codes after the other into rows of a fixed width.
template <class T>
class Rows {
 public:
  Rows(std::vector<T>& values, std::size_t things, std::int32_t width)
      : values_(values), width_(static_cast<std::size_t>(width)) {
    values_.assign(things * width_, T{});
  }

  T& at(std::size_t thing, std::size_t column = 0) { return values_[thing * width_ + next_ + column]; }
  void advance(std::size_t columns = 1) { next_ += columns; }

 private:
  std::vector<T>& values_;
  std::size_t width_;
  std::size_t next_ = 0;
};

const AttributeValue& value_of(const AttributeColumn* column, std::size_t thing) {
  static const AttributeValue nothing;
  return column == nullptr ? nothing : column->values[thing];
}

void encode_number(const Things& things, const AttributeRule& rule, float missing, Rows<float>& values) {
  const AttributeColumn* column = things.column(rule);
  for (std::size_t thing = 0; thing < things.count; ++thing) {
    const AttributeValue& value = value_of(column, thing);
    if (rule.may_be_missing && lacks_number(value)) {
      values.at(thing) = missing;
      values.at(thing, 1) = 1;
    } else {
      values.at(thing) = static_cast<float>(standardised(rule, things.number(rule, value, thing)));
    }
  }
  values.advance(rule.may_be_missing ? 2 : 1);
}

void encode_set(const Things& things, const AttributeRule& rule, Rows<float>& values) {
  const AttributeColumn* column = things.column(rule);
  const Texts places = places_of(rule);
  for (std::size_t thing = 0; thing < things.count; ++thing) {
    const AttributeValue& value = value_of(column, thing);
    const auto add = [&](const std::string& text) {
      const auto found = places.find(text);
      values.at(thing, found == places.end() ? rule.texts.size() : found->second) = 1;
    };
    if (const auto* set = std::get_if<std::vector<std::string>>(&value)) {
      for (const std::string& text : *set) add(text);
    } else if (!is_nothing(value)) {
      add(text_of(value));
    }
  }
  values.advance(rule.texts.size() + 1);
}

// Calls take(thing, code) with 0 for others and 1 + i for text i.
template <class Take>
void encode_category(const Things& things, const AttributeRule& rule, const Take& take) {
  const AttributeColumn* column = things.column(rule);
  const Texts places = places_of(rule);
  for (std::size_t thing = 0; thing < things.count; ++thing) {
    const AttributeValue& value = value_of(column, thing);
    std::size_t code = 0;
    if (std::holds_alternative<std::vector<std::string>>(value)) {
      things.fail(fmt::format("{}: '{}' is a list, expected one text", things.name(thing), rule.name));
    }
    if (!is_nothing(value)) {
      const auto* text = std::get_if<std::string>(&value);
      const auto found = text != nullptr ? places.find(*text) : places.find(text_of(value));
      if (found != places.end()) code = found->second + 1;
    }
    take(thing, code);
  }
}

void encode(const Things& things, const std::vector<AttributeRule>& rules, Rows<std::int32_t>& codes,
            Rows<float>& values) {
  for (const AttributeRule& rule : rules) {
    switch (rule.kind) {
      case AttributeKind::kNumber:
        encode_number(things, rule, 0, values);
        break;
      case AttributeKind::kSet:
        encode_set(things, rule, values);
        break;
      case AttributeKind::kCategory:
        encode_category(things, rule, [&](std::size_t thing, std::size_t code) {
          codes.at(thing) = static_cast<std::int32_t>(code);
        });
        codes.advance();
        break;
      case AttributeKind::kIgnored:
        break;
    }
  }
}

// Values of the whole graph: networks read no codes there.
std::vector<float> encode_whole(const Things& graph, const GraphSchema& schema) {
  std::vector<float> result;
  Rows<float> values(result, 1, graph_value_width(schema));
  for (const AttributeRule& rule : schema.graphs) {
    if (rule.kind == AttributeKind::kNumber)
      encode_number(graph, rule, std::numeric_limits<float>::quiet_NaN(), values);
    if (rule.kind == AttributeKind::kSet) encode_set(graph, rule, values);
    if (rule.kind != AttributeKind::kCategory) continue;
    encode_category(graph, rule, [&](std::size_t, std::size_t code) { values.at(0, code) = 1; });
    values.advance(rule.texts.size() + 1);
  }
  return result;
}

void encode_degrees(const Dag& dag, Rows<float>& values) {
  for (NodeId node = 0; node < dag.num_nodes(); ++node) {
    const auto at = static_cast<std::size_t>(node);
    values.at(at) = static_cast<float>(std::log1p(static_cast<double>(dag.in_edges(node).size())));
    values.at(at, 1) = static_cast<float>(std::log1p(static_cast<double>(dag.out_edges(node).size())));
  }
}

// Subtrees of each depth are a family of their own.
std::vector<GraphCount> count_subtrees(const AttributedGraph& graph) {
  constexpr SubtreeOptions kOptions{.rounds = kNumCountFamilies - 1, .directed = true};
  const std::vector<std::uint64_t> labels = subtree_labels(graph, kOptions);
  const auto nodes = static_cast<std::size_t>(graph.dag.num_nodes());
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kCountFamilyShift) - 1;
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::uint64_t folded = (labels[i] ^ (labels[i] >> kCountFamilyShift)) & kMask;
    numbers.push_back(static_cast<std::uint32_t>(((i / nodes) << kCountFamilyShift) | folded));
  }
  std::ranges::sort(numbers);
  std::vector<GraphCount> counts;
  for (const std::uint32_t number : numbers) {
    if (counts.empty() || counts.back().label != number) counts.push_back({number, 0});
    if (counts.back().count < kMostCount) ++counts.back().count;
  }
  return counts;
}

}  // namespace

AttributedGraph encode_graph(const GraphSchema& schema, const GraphRecord& record) {
  AttributedGraph graph;
  graph.dag = dag_of(record, schema.dag);
  const auto nodes = static_cast<std::size_t>(record.num_nodes);
  graph.node_code_width = static_cast<std::int32_t>(node_vocabulary_sizes(schema).size());
  graph.edge_code_width = static_cast<std::int32_t>(edge_vocabulary_sizes(schema).size());
  graph.node_value_width = node_value_width(schema);
  graph.edge_value_width = edge_value_width(schema);
  Rows<std::int32_t> node_codes(graph.node_codes, nodes, graph.node_code_width);
  Rows<std::int32_t> edge_codes(graph.edge_codes, record.edges.size(), graph.edge_code_width);
  Rows<float> node_values(graph.node_values, nodes, graph.node_value_width);
  Rows<float> edge_values(graph.edge_values, record.edges.size(), graph.edge_value_width);
  encode({&record, "node", &record.node_attributes, nodes}, schema.nodes, node_codes, node_values);
  encode({&record, "edge", &record.edge_attributes, record.edges.size()}, schema.edges, edge_codes,
         edge_values);
  if (schema.degrees) encode_degrees(graph.dag, node_values);
  graph.graph_values = encode_whole({&record, "graph", &record.graph_attributes, 1}, schema);
  graph.graph_value_width = static_cast<std::int32_t>(graph.graph_values.size());
  if (schema.counts) graph.graph_counts = count_subtrees(graph);
  return graph;
}

}  // namespace plstm
