#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>

namespace plstm {

/// What an attribute becomes.
enum class AttributeKind {
  kNumber,    ///< one value, standardised
  kCategory,  ///< a code; 0 stands for all texts that are not listed, and for a missing value
  kSet,       ///< a value 0 or 1 for each element that is listed, and one for others
  kIgnored,   ///< nothing
};
/// "number", "category", "set" or "ignored".
std::string_view name(AttributeKind kind);

/// How one attribute is read.
struct AttributeRule {
  std::string name;
  AttributeKind kind = AttributeKind::kIgnored;
  /// Numbers x become (x - mean) / deviation, not beyond -5 and 5. A deviation of 0 makes all of them 0. Where `unit` is
  /// not 0 it is asinh(x / unit) instead of x, which is like x below the unit and like log x above.
  double mean = 0, deviation = 1, unit = 0;
  /// Things may lack the number: a second value says whether they do. If not, a missing number is an error.
  bool may_be_missing = false;
  std::vector<std::string> texts = {};  ///< categories, or elements of sets; all different

  bool operator==(const AttributeRule&) const = default;
};

/// How the attributes of graphs become features, and which structure is a feature, too. Models keep it, so that
/// prediction reads graphs as training did. A value; a const object may be shared between threads.
struct GraphSchema {
  std::vector<AttributeRule> nodes, edges, graphs;
  bool degrees = true;  ///< log(1 + d) of in-degree and out-degree are two values of each node
  /// Subtrees are counted (subtree_labels.hpp), so that kernel regression can stand beside the networks
  /// (AttributedGraph::graph_counts).
  bool counts = false;
  DagOptions dag;

  bool operator==(const GraphSchema&) const = default;
};

/// How many codes each column of node codes has: an entry for each category. Nodes without any feature have one column
/// with one code, so that all look alike.
std::vector<std::int32_t> node_vocabulary_sizes(const GraphSchema& schema);
/// The same for edges, which may have no feature.
std::vector<std::int32_t> edge_vocabulary_sizes(const GraphSchema& schema);

/// Widths of the values that encode_graph() makes of nodes (degrees among them), edges and whole graphs.
std::int32_t node_value_width(const GraphSchema& schema);
std::int32_t edge_value_width(const GraphSchema& schema);
std::int32_t graph_value_width(const GraphSchema& schema);

/// A schema as JSON text, which people may edit: {"plstm_graph_schema": 1, "nodes": [{"name": ..., "kind": ...}, ...],
/// "edges": ..., "graphs": ..., "degrees": true, "counts": false, "parallel_edges": "refuse", "undirected": "refuse"}.
std::string to_json(const GraphSchema& schema);

/// Inverse of to_json(). Throws FileError naming the entry that is missing, unknown or of another kind, an attribute that
/// comes twice, a deviation or unit that is negative or not finite, and texts that come twice.
GraphSchema parse_graph_schema(std::string_view json);

/// Whether a text is a schema, of this or another version, rather than the description of something else.
bool is_graph_schema(std::string_view json);

}  // namespace plstm
