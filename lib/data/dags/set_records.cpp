#include "plstm/data/dags/set_records.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <plstm/data/graph_file.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

namespace {

// The text of a code of a column.
using CodeText = std::function<std::string(std::size_t column, std::int32_t code)>;

double shortest(float value) {
  return parse_double(format_number(value));
}

// "code", or "code_3" where there are more columns.
std::string column_name(const std::string& stem, std::size_t column, std::size_t columns) {
  return columns == 1 ? stem : stem + "_" + std::to_string(column + 1);
}

template <class T, class ToValue>
void add_columns(std::vector<AttributeColumn>& columns, const std::string& stem, const std::vector<T>& table,
                 std::size_t rows, std::int32_t width, ToValue&& to_value) {
  if (rows == 0) return;
  const auto num_columns = static_cast<std::size_t>(width);
  for (std::size_t i = 0; i < num_columns; ++i) {
    AttributeColumn column{column_name(stem, i, num_columns), {}};
    column.values.reserve(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      column.values.emplace_back(to_value(i, table[row * num_columns + i]));
    }
    columns.push_back(std::move(column));
  }
}

GraphRecord record_of(const AttributedGraph& graph, const char* code_stem, const char* value_stem,
                      const CodeText& node_text, const CodeText& edge_text) {
  const auto number = [](std::size_t, float value) { return shortest(value); };
  GraphRecord record;
  record.num_nodes = graph.dag.num_nodes();
  record.edges.assign(graph.dag.edges().begin(), graph.dag.edges().end());
  const auto nodes = static_cast<std::size_t>(record.num_nodes);
  if (node_text) {
    add_columns(record.node_attributes, code_stem, graph.node_codes, nodes, graph.node_code_width, node_text);
  }
  add_columns(record.node_attributes, value_stem, graph.node_values, nodes, graph.node_value_width, number);
  add_columns(record.edge_attributes, code_stem, graph.edge_codes, record.edges.size(), graph.edge_code_width,
              edge_text);
  add_columns(record.edge_attributes, value_stem, graph.edge_values, record.edges.size(),
              graph.edge_value_width, number);
  return record;
}

// The labels of a graph, each by `to_value`.
template <class ToValue>
void add_labels(GraphRecord& record, const GraphSet& set, std::size_t graph, ToValue&& to_value) {
  const std::size_t tasks = set.label_names.size();
  for (std::size_t i = 0; i < tasks; ++i) {
    AttributeValue value;
    if (set.present[graph * tasks + i] != 0) value = to_value(set.labels[graph * tasks + i]);
    record.graph_attributes.push_back({set.label_names[i], {std::move(value)}});
  }
}

CodeText text_among(const std::vector<std::vector<std::int64_t>>& values) {
  return [&](std::size_t column, std::int32_t code) {
    return std::to_string(values[column][static_cast<std::size_t>(code)]);
  };
}

}  // namespace

GraphRecord record_of(const GraphSet& set, std::size_t graph) {
  const auto text = [](std::size_t, std::int32_t code) { return std::to_string(code); };
  GraphRecord record = record_of(set.graphs.at(graph), "code", "value", text, text);
  add_labels(record, set, graph, [](float label) -> AttributeValue { return shortest(label); });
  return record;
}

GraphRecord record_of(const TuDataset& data, std::size_t graph, bool directed) {
  // A set without labels has codes that are all 0, which say nothing.
  const CodeText node_text = data.node_label_values.empty() ? CodeText() : text_among(data.node_label_values);
  GraphRecord record = record_of(data.set.graphs.at(graph), "label", "attribute", node_text,
                                 text_among(data.edge_label_values));
  record.name = std::to_string(graph + 1);
  record.directed = directed;
  add_labels(record, data.set, graph, [&](float label) -> AttributeValue {
    if (data.labels != TuLabels::kClasses) return shortest(label);
    return data.class_names.at(static_cast<std::size_t>(label));
  });
  return record;
}

void read_tu_records(const std::filesystem::path& folder, bool directed, const GraphTaker& take) {
  const TuDataset data = read_tu_dataset(folder, {directed});
  for (std::size_t i = 0; i < data.set.graphs.size(); ++i) {
    GraphRecord record = record_of(data, i, directed);
    record.place = folder.string();
    take(std::move(record));
  }
}

void read_graph_file_records(std::istream& stream, const std::string& name, const GraphTaker& take) {
  const GraphSet set = read_graph_file(stream, name);
  for (std::size_t i = 0; i < set.graphs.size(); ++i) {
    GraphRecord record = record_of(set, i);
    record.place = name;
    take(std::move(record));
  }
}

}  // namespace plstm
