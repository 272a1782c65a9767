#include "plstm/data/graph_set.hpp"

#include <cstddef>
#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/data/number.hpp>

namespace plstm {

namespace {

void check_codes(std::size_t graph, const char* array, std::span<const std::int32_t> codes,
                 std::span<const std::int32_t> sizes) {
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::int32_t size = sizes[i % sizes.size()];
    if (codes[i] < 0 || codes[i] >= size) {
      throw ShapeError(fmt::format("check_graph_set: graph {}: {} row {} has code {}, expected 0..{}", graph,
                                   array, i / sizes.size(), codes[i], size - 1));
    }
  }
}

}  // namespace

void check_graph_set(const GraphSet& set) {
  const auto graphs = static_cast<std::int64_t>(set.graphs.size());
  const auto tasks = static_cast<std::int64_t>(set.label_names.size());
  check_size("check_graph_set", "labels", static_cast<std::int64_t>(set.labels.size()), graphs * tasks);
  check_size("check_graph_set", "present", static_cast<std::int64_t>(set.present.size()), graphs * tasks);
  for (const std::string& name : set.label_names) {
    if (name.empty() || trim(name) != name || name.find_first_of("\r\n") != std::string::npos) {
      throw ShapeError(fmt::format(
          "check_graph_set: label name '{}' is empty, has blanks at an end or more than one line", name));
    }
  }
  for (const auto* sizes : {&set.node_vocabulary_sizes, &set.edge_vocabulary_sizes}) {
    for (const std::int32_t size : *sizes) {
      if (size < 1) throw ShapeError(fmt::format("check_graph_set: a vocabulary has size {}", size));
    }
  }
  for (std::size_t i = 0; i < set.graphs.size(); ++i) {
    const AttributedGraph& graph = set.graphs[i];
    check_shape(
        "check_graph_set", fmt::format("widths of graph {}", i),
        {graph.node_code_width, graph.node_value_width, graph.edge_code_width, graph.edge_value_width},
        {static_cast<std::int64_t>(set.node_vocabulary_sizes.size()), set.node_value_width,
         static_cast<std::int64_t>(set.edge_vocabulary_sizes.size()), set.edge_value_width});
    if (graph.graph_value_width != 0) {
      throw ShapeError(fmt::format(
          "check_graph_set: graph {} has values of the whole graph, for which a graph set has no place", i));
    }
    check_attributed_graph(graph);
    check_codes(i, "node_codes", graph.node_codes, set.node_vocabulary_sizes);
    check_codes(i, "edge_codes", graph.edge_codes, set.edge_vocabulary_sizes);
  }
}

}  // namespace plstm
