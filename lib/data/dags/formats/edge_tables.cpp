#include "plstm/data/dags/formats/edge_tables.hpp"

#include <array>
#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/data/files/input_file.hpp>

#include "data/dags/attribute_rows.hpp"
#include "data/dags/record_builder.hpp"
#include "data/files/fail_at.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

// The graphs of some tables.
class TableGraphs {
 public:
  void add_graphs(AttributeRows& rows) {
    const std::optional<std::size_t> id = rows.take_column({"graph", "graph_id", "id"});
    if (!id)
      fail_at(rows.place(), "there is no column graph, graph_id or id; the columns are " + rows.columns());
    while (rows.next()) {
      const std::string name = rows.id(*id, "name of a graph");
      if (!places_.emplace(name, graphs_.size()).second) {
        fail_at(rows.place(), fmt::format("two graphs are called {}", in_quotes(name)));
      }
      graphs_.push_back(start(name, rows.place()));
      rows.set(graphs_.back().graph, 0);
    }
    listed_ = true;
  }

  void add_nodes(AttributeRows& rows) {
    const std::optional<std::size_t> id = rows.take_column({"id", "node", "node_id"});
    if (!id)
      fail_at(rows.place(), "there is no column id, node or node_id; the columns are " + rows.columns());
    const std::optional<std::size_t> graph = graph_column(rows);
    while (rows.next()) {
      RecordBuilder& builder = graph_of(rows, graph);
      const std::string name = rows.id(*id, "id of a node");
      if (builder.find_node(name)) {
        fail_at(rows.place(), fmt::format("node {} stands there for the second time", in_quotes(name)));
      }
      rows.set(builder.nodes, static_cast<std::size_t>(builder.add_node(name)));
    }
    nodes_listed_ = true;
  }

  void add_edges(AttributeRows& rows) {
    std::optional<std::size_t> source, target;
    constexpr std::array<std::pair<const char*, const char*>, 4> kEnds{
        {{"source", "target"}, {"from", "to"}, {"tail", "head"}, {"src", "dst"}}};
    for (const auto& [from, to] : kEnds) {
      if (source && target) break;
      source = rows.take_column({from});
      target = source ? rows.take_column({to}) : std::nullopt;
    }
    if (!source || !target) {
      fail_at(rows.place(),
              "there are no columns source and target (or from and to, tail and head, src and dst); the "
              "columns are " +
                  rows.columns());
    }
    const std::optional<std::size_t> graph = graph_column(rows);
    while (rows.next()) {
      RecordBuilder& builder = graph_of(rows, graph);
      const NodeId tail = node_of(rows, builder, *source);
      const NodeId head = node_of(rows, builder, *target);
      rows.set(builder.edges, builder.add_edge(tail, head));
    }
  }

  void give(const GraphTaker& take) {
    for (RecordBuilder& builder : graphs_) take(builder.take());
  }

 private:
  static RecordBuilder start(std::string name, std::string place) {
    RecordBuilder builder;
    builder.head.name = std::move(name);
    builder.head.place = std::move(place);
    builder.head.typed = false;
    return builder;
  }

  // All tables have the column, or none.
  std::optional<std::size_t> graph_column(AttributeRows& rows) {
    const std::optional<std::size_t> column = rows.take_column({"graph", "graph_id"});
    if (!column && graphs_.size() > 1) {
      fail_at(rows.place(),
              "there is no column graph, and another table has more than one graph; the columns are " +
                  rows.columns());
    }
    if (column && nodes_listed_ && !by_graph_) {
      fail_at(rows.place(), "there is a column graph, which the table of nodes has not");
    }
    by_graph_ = column.has_value();
    return column;
  }

  RecordBuilder& graph_of(const AttributeRows& rows, std::optional<std::size_t> column) {
    if (!column) {
      if (graphs_.empty()) graphs_.push_back(start("", rows.place()));
      return graphs_.front();
    }
    const std::string name = rows.id(*column, "name of a graph");
    // Most often rows of a graph follow each other.
    if (last_ < graphs_.size() && graphs_[last_].head.name == name) return graphs_[last_];
    const auto [found, added] = places_.emplace(name, graphs_.size());
    if (added) {
      if (listed_) {
        fail_at(rows.place(), fmt::format("graph {} is not in the table of graphs", in_quotes(name)));
      }
      graphs_.push_back(start(name, rows.place()));
    }
    last_ = found->second;
    return graphs_[last_];
  }

  NodeId node_of(const AttributeRows& rows, RecordBuilder& builder, std::size_t column) const {
    const std::string name = rows.id(column, "name of a node at one end of the edge");
    if (const std::optional<NodeId> node = builder.find_node(name)) return *node;
    if (nodes_listed_) {
      fail_at(rows.place(), fmt::format("node {}{} is not in the table of nodes", in_quotes(name),
                                        by_graph_ ? " of graph " + in_quotes(builder.head.name) : ""));
    }
    return builder.add_node(name);
  }

  std::vector<RecordBuilder> graphs_;
  std::unordered_map<std::string, std::size_t> places_;  // in graphs_, by name
  std::size_t last_ = 0;
  bool listed_ = false;        // there is a table of graphs
  bool nodes_listed_ = false;  // there is a table of nodes
  bool by_graph_ = false;      // the table that was read last has a column graph
};

std::optional<fs::path> find_table(const fs::path& folder, const std::string& stem) {
  std::optional<fs::path> found;
  for (const char* ending : {".csv", ".tsv", ".csv.gz", ".tsv.gz"}) {
    std::error_code ignored;
    const fs::path path = folder / (stem + ending);
    if (!fs::exists(path, ignored)) continue;
    if (found) {
      fail_at(folder.string(), fmt::format("there are both {} and {}; remove one of them",
                                           found->filename().string(), path.filename().string()));
    }
    found = path;
  }
  return found;
}

template <class Add>
void read_table(const fs::path& path, Add&& add) {
  InputFile file(path);
  AttributeRows rows(file.stream(), file.name(), kind_of_file(path) == ".tsv" ? '\t' : ',');
  add(rows);
}

}  // namespace

void read_edge_tables(const fs::path& folder, const GraphTaker& take) {
  const std::optional<fs::path> edges = find_table(folder, "edges");
  if (!edges)
    fail_at(folder.string(), "there is no table of edges: edges.csv or edges.tsv, with or without .gz");
  TableGraphs graphs;
  if (const auto path = find_table(folder, "graphs")) {
    read_table(*path, [&](AttributeRows& rows) { graphs.add_graphs(rows); });
  }
  if (const auto path = find_table(folder, "nodes")) {
    read_table(*path, [&](AttributeRows& rows) { graphs.add_nodes(rows); });
  }
  read_table(*edges, [&](AttributeRows& rows) { graphs.add_edges(rows); });
  graphs.give(take);
}

void read_edge_table(std::istream& stream, const std::string& name, const GraphTaker& take) {
  TableGraphs graphs;
  AttributeRows rows(stream, name, ',');
  graphs.add_edges(rows);
  graphs.give(take);
}

}  // namespace plstm
