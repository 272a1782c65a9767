#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/graph/dag.hpp>

namespace plstm {

/// What a file says of one node, edge or graph under a name: nothing, a number, a text, or a set of texts.
using AttributeValue = std::variant<std::monostate, double, std::string, std::vector<std::string>>;

/// An attribute of all things (nodes, edges, or the graph itself).
struct AttributeColumn {
  std::string name;
  std::vector<AttributeValue> values;  ///< [things]

  bool operator==(const AttributeColumn&) const = default;
};

/// A graph as a file has it: names and attributes in the words of the file. A schema (graph_schema.hpp) makes features
/// of them.
struct GraphRecord {
  std::string name;   ///< what the file calls the graph; else its number, from 1
  std::string place;  ///< "file" or "file:line" where it begins, for messages
  /// Names of the nodes, all different; [nodes]. Empty where the file has none: they are called by their numbers, from 0.
  std::vector<std::string> node_names;
  NodeId num_nodes = 0;
  std::vector<Arc> edges;  ///< tail and head, in the order of the file
  bool directed = true;    ///< whether the order of the ends of an edge means something
  /// Numbers and texts are apart in the file. If not, as in a CSV table, each value is a text.
  bool typed = true;
  std::vector<AttributeColumn> node_attributes;   ///< of num_nodes values each; no two of one name
  std::vector<AttributeColumn> edge_attributes;   ///< of edges.size() values each
  std::vector<AttributeColumn> graph_attributes;  ///< of one value each

  bool operator==(const GraphRecord&) const = default;
};

/// The name of a node: node_names[node], or its number.
std::string node_name(const GraphRecord& record, NodeId node);

/// The column of that name; null if there is none.
const AttributeColumn* find_attribute(const std::vector<AttributeColumn>& columns, std::string_view name);

/// Sets one value and makes the column if it is new; things before it and after it have no value then. For readers.
void set_attribute(std::vector<AttributeColumn>& columns, std::size_t things, std::string_view name,
                   std::size_t thing, AttributeValue value);

/// What becomes of a record as a DAG.
struct DagOptions {
  ParallelEdges parallel = ParallelEdges::kRefuse;
  /// Give undirected edges a direction: from the earlier to the later node of a breadth-first search
  /// (orient_by_bfs). If not, an undirected graph is an error.
  bool orient = false;

  bool operator==(const DagOptions&) const = default;
};

/// The DAG of a record, with its nodes and edges in the order of the record. Throws GraphError "<place>: graph '<name>':
/// ..." that names the nodes as the file does, for an end that is no node, a self-loop, parallel edges unless they are
/// kept, a cycle (all its nodes, or the first ten of them), and an undirected graph unless it is to be oriented; the
/// message says the way out.
Dag dag_of(const GraphRecord& record, const DagOptions& options = {});

}  // namespace plstm
