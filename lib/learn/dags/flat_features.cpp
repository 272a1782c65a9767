#include "plstm/learn/dags/flat_features.hpp"

#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include <plstm/core/parallel.hpp>

namespace plstm {
namespace {

// Values and codes of things of one kind, and where the ones of a code stand.
struct Things {
  std::span<const float> values;
  std::span<const std::int32_t> codes;
  std::int32_t value_width, code_width;
  const std::vector<std::int32_t>* vocabularies;

  // Adds the features of one thing.
  void add(std::size_t thing, float* row) const {
    for (std::int32_t i = 0; i < value_width; ++i)
      row[i] += values[thing * static_cast<std::size_t>(value_width) + static_cast<std::size_t>(i)];
    row += value_width;
    for (std::int32_t i = 0; i < code_width; ++i) {
      const auto at = static_cast<std::size_t>(i);
      row[codes[thing * static_cast<std::size_t>(code_width) + at]] += 1;
      row += (*vocabularies)[at];
    }
  }
};

Index width_of(std::int32_t values, const std::vector<std::int32_t>& vocabularies) {
  return values + std::accumulate(vocabularies.begin(), vocabularies.end(), Index{0});
}

}  // namespace

Matrix<float> flat_features(const LabeledGraphs& data) {
  if (data.num_graphs() == 0) return {};
  const AttributedGraph& first = data.graphs().front().graph;
  const Index nodes = width_of(first.node_value_width, data.node_vocabulary_sizes());
  const Index edges = width_of(first.edge_value_width, data.edge_vocabulary_sizes());
  const Index columns = data.level() == Readout::kNode   ? nodes
                        : data.level() == Readout::kEdge ? edges + 2 * nodes
                                                         : nodes + edges + 2 + first.graph_value_width;
  if (columns > kMostFlatFeatures) return Matrix<float>(data.num_things(), 0);
  Matrix<float> features = Matrix<float>::Zero(data.num_things(), columns);
  parallel_for(static_cast<std::size_t>(data.num_graphs()), 1, [&](std::size_t g) {
    const AttributedGraph& graph = data.graphs()[g].graph;
    const Things of_nodes{graph.node_values, graph.node_codes, graph.node_value_width, graph.node_code_width,
                          &data.node_vocabulary_sizes()};
    const Things of_edges{graph.edge_values, graph.edge_codes, graph.edge_value_width, graph.edge_code_width,
                          &data.edge_vocabulary_sizes()};
    const auto num_nodes = static_cast<std::size_t>(graph.dag.num_nodes());
    const auto num_edges = static_cast<std::size_t>(graph.dag.num_edges());
    float* row = features.data() + data.offsets()[g] * columns;
    if (data.level() == Readout::kNode) {
      for (std::size_t node = 0; node < num_nodes; ++node)
        of_nodes.add(node, row + static_cast<Index>(node) * columns);
      return;
    }
    if (data.level() == Readout::kEdge) {
      for (std::size_t edge = 0; edge < num_edges; ++edge) {
        float* own = row + static_cast<Index>(edge) * columns;
        const Arc& arc = graph.dag.edges()[edge];
        of_edges.add(edge, own);
        of_nodes.add(static_cast<std::size_t>(arc.tail), own + edges);
        of_nodes.add(static_cast<std::size_t>(arc.head), own + edges + nodes);
      }
      return;
    }
    for (std::size_t node = 0; node < num_nodes; ++node) of_nodes.add(node, row);
    for (std::size_t edge = 0; edge < num_edges; ++edge) of_edges.add(edge, row + nodes);
    row[nodes + edges] = static_cast<float>(num_nodes);
    row[nodes + edges + 1] = static_cast<float>(num_edges);
    for (std::int32_t i = 0; i < graph.graph_value_width; ++i) {
      const float value = graph.graph_values[static_cast<std::size_t>(i)];
      row[nodes + edges + 2 + i] = std::isfinite(value) ? value : 0;
    }
  });
  return features;
}

}  // namespace plstm
