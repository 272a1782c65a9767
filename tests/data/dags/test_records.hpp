#pragma once

#include <string>
#include <utility>
#include <vector>

#include <plstm/data/dags/graph_record.hpp>

namespace plstm::test {

/// A text value.
inline AttributeValue text(std::string value) {
  return value;
}

/// A path of nodes with one attribute of each node and one of each edge.
inline GraphRecord path_record(std::string name, std::vector<AttributeValue> of_nodes,
                               std::vector<AttributeValue> of_edges = {}) {
  GraphRecord record;
  record.name = std::move(name);
  record.place = "graphs.json";
  record.num_nodes = static_cast<NodeId>(of_nodes.size());
  for (NodeId node = 1; node < record.num_nodes; ++node) record.edges.push_back({node - 1, node});
  record.node_attributes.push_back({"a", std::move(of_nodes)});
  if (!of_edges.empty()) record.edge_attributes.push_back({"w", std::move(of_edges)});
  return record;
}

}  // namespace plstm::test
