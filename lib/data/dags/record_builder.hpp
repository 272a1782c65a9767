#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <plstm/data/dags/graph_record.hpp>

#include "data/dags/attribute_table.hpp"

namespace plstm {

/// A record that a reader fills node by node and edge by edge. What it throws says no place: see fail_at.
class RecordBuilder {
 public:
  /// Of the graph as a whole. Nodes, edges and attributes come from the functions below.
  GraphRecord head;

  /// A node of that name. Throws FileError if there is one already, or no number left for it.
  NodeId add_node(std::string_view name);

  std::optional<NodeId> find_node(std::string_view name) const;
  std::size_t num_nodes() const { return head.node_names.size(); }

  /// An edge from the tail to the head, and its number. Throws FileError if there is no number left for it.
  std::size_t add_edge(NodeId tail, NodeId head);

  AttributeTable nodes, edges, graph;

  /// The record. Names that are the numbers of the nodes anyway may be dropped. The builder is empty then.
  GraphRecord take(bool drop_numbers = false);

 private:
  std::unordered_map<std::string, NodeId> numbers_;
};

}  // namespace plstm
