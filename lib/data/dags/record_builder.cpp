#include "data/dags/record_builder.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "data/files/fail_at.hpp"

namespace plstm {

NodeId RecordBuilder::add_node(std::string_view name) {
  constexpr std::size_t kMost = std::numeric_limits<NodeId>::max();
  if (num_nodes() >= kMost) throw FileError(fmt::format("a graph has at most {} nodes", kMost));
  const auto node = static_cast<NodeId>(num_nodes());
  if (!numbers_.emplace(name, node).second) {
    throw FileError(fmt::format("two nodes are called {}; names of nodes must differ", in_quotes(name)));
  }
  head.node_names.emplace_back(name);
  return node;
}

std::optional<NodeId> RecordBuilder::find_node(std::string_view name) const {
  const auto found = numbers_.find(std::string(name));
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::size_t RecordBuilder::add_edge(NodeId tail, NodeId head_node) {
  constexpr std::size_t kMost = std::numeric_limits<EdgeId>::max();
  if (head.edges.size() >= kMost) throw FileError(fmt::format("a graph has at most {} edges", kMost));
  head.edges.push_back({tail, head_node});
  return head.edges.size() - 1;
}

GraphRecord RecordBuilder::take(bool drop_numbers) {
  GraphRecord record = std::exchange(head, {});
  numbers_.clear();
  record.num_nodes = static_cast<NodeId>(record.node_names.size());
  record.node_attributes = nodes.take(record.node_names.size());
  record.edge_attributes = edges.take(record.edges.size());
  record.graph_attributes = graph.take(1);
  if (drop_numbers) record.node_names.clear();
  return record;
}

}  // namespace plstm
