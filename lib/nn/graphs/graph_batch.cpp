#include "plstm/nn/graphs/graph_batch.hpp"

#include <utility>

#include <plstm/core/shape.hpp>
#include <plstm/graph/multitree.hpp>

namespace plstm {

PreparedGraph prepare_graph(AttributedGraph graph) {
  check_attributed_graph(graph);
  PreparedGraph prepared;
  for (const bool reversed : {false, true}) {
    const Dag dag = reversed ? reverse(graph.dag) : graph.dag;
    const LineGraph line_graph = make_line_graph(dag);
    prepared.layouts.at(StmMode::kPropagation, reversed) = make_stm_graph(dag, line_graph);
    prepared.layouts.at(StmMode::kDiffusion, reversed) = make_stm_graph(dag, prune_to_multitree(line_graph));
  }
  prepared.max_degree = prepared.layouts.graphs[0].max_degree();
  prepared.graph = std::move(graph);
  return prepared;
}

void GraphBatch::clear() {
  node_offsets.assign(1, 0);
  for (StmGraph& graph : layouts.graphs) graph.clear();
  node_values.clear();
  node_codes.clear();
  edge_values.clear();
  edge_codes.clear();
  graph_values.clear();
}

void GraphBatch::append(const PreparedGraph& prepared) {
  const AttributedGraph& graph = prepared.graph;
  if (num_graphs() == 0) {
    node_value_width = graph.node_value_width;
    node_code_width = graph.node_code_width;
    edge_value_width = graph.edge_value_width;
    edge_code_width = graph.edge_code_width;
    graph_value_width = graph.graph_value_width;
  }
  check_shape("GraphBatch::append", "feature widths",
              {graph.node_value_width, graph.node_code_width, graph.edge_value_width, graph.edge_code_width,
               graph.graph_value_width},
              {node_value_width, node_code_width, edge_value_width, edge_code_width, graph_value_width});
  for (std::size_t i = 0; i < layouts.graphs.size(); ++i)
    layouts.graphs[i].append(prepared.layouts.graphs[i]);
  node_offsets.push_back(node_offsets.back() + graph.dag.num_nodes());
  node_values.insert(node_values.end(), graph.node_values.begin(), graph.node_values.end());
  node_codes.insert(node_codes.end(), graph.node_codes.begin(), graph.node_codes.end());
  edge_values.insert(edge_values.end(), graph.edge_values.begin(), graph.edge_values.end());
  edge_codes.insert(edge_codes.end(), graph.edge_codes.begin(), graph.edge_codes.end());
  graph_values.insert(graph_values.end(), graph.graph_values.begin(), graph.graph_values.end());
}

}  // namespace plstm
