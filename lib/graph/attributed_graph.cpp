#include "plstm/graph/attributed_graph.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/graph/orientation.hpp>

namespace plstm {
namespace {

void check_array(std::string_view array, std::size_t size, std::int64_t rows, std::string_view width_name,
                 std::int32_t width) {
  constexpr std::string_view kFunction = "check_attributed_graph";
  if (width < 0) {
    throw ShapeError(fmt::format("{}: {} is {}, expected 0 or more", kFunction, width_name, width));
  }
  check_size(kFunction, array, static_cast<std::int64_t>(size), rows * width);
}

}  // namespace

void check_attributed_graph(const AttributedGraph& graph) {
  const std::int64_t nodes = graph.dag.num_nodes();
  const std::int64_t edges = graph.dag.num_edges();
  check_array("node_values", graph.node_values.size(), nodes, "node_value_width", graph.node_value_width);
  check_array("node_codes", graph.node_codes.size(), nodes, "node_code_width", graph.node_code_width);
  check_array("edge_values", graph.edge_values.size(), edges, "edge_value_width", graph.edge_value_width);
  check_array("edge_codes", graph.edge_codes.size(), edges, "edge_code_width", graph.edge_code_width);
  check_array("graph_values", graph.graph_values.size(), 1, "graph_value_width", graph.graph_value_width);
  check_graph_counts("check_attributed_graph: graph_counts", graph.graph_counts);
}

AttributedGraph reorient(const AttributedGraph& graph, std::span<const NodeId> rank) {
  check_attributed_graph(graph);
  Dag dag = orient_by_rank(undirected(graph.dag), rank);
  AttributedGraph result = graph;
  result.dag = std::move(dag);
  return result;
}

}  // namespace plstm
