#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>
#include <plstm/graph/attributed_graph.hpp>
#include <plstm/learn/pretraining/pretraining_set.hpp>

namespace plstm::test {

/// Trees with a code of three for each node and of two for each edge, and what there is to say of them: the number of
/// nodes, the nodes of code 0 and, at times missing, the edges of code 1.
struct CodeGraphs {
  std::vector<AttributedGraph> graphs;
  std::vector<float> targets;  ///< [graphs, 3]
};

inline CodeGraphs make_code_graphs(std::size_t count, Random& random) {
  CodeGraphs result;
  for (std::size_t i = 0; i < count; ++i) {
    const auto nodes = static_cast<NodeId>(2 + random.below(6));
    AttributedGraph graph;
    std::vector<Arc> arcs;
    float zeros = 0, ones = 0;
    graph.node_code_width = graph.edge_code_width = 1;
    for (NodeId n = 0; n < nodes; ++n) {
      graph.node_codes.push_back(static_cast<std::int32_t>(random.below(3)));
      zeros += graph.node_codes.back() == 0 ? 1.0f : 0.0f;
      if (n == 0) continue;
      arcs.push_back({static_cast<NodeId>(random.below(static_cast<std::uint64_t>(n))), n});
      graph.edge_codes.push_back(static_cast<std::int32_t>(random.below(2)));
      ones += static_cast<float>(graph.edge_codes.back());
    }
    graph.dag = Dag(nodes, std::move(arcs));
    result.graphs.push_back(std::move(graph));
    const bool missing = random.below(4) == 0;
    result.targets.insert(result.targets.end(), {static_cast<float>(nodes), zeros,
                                                 missing ? std::numeric_limits<float>::quiet_NaN() : ones});
  }
  return result;
}

inline PretrainingHeader header_of(const CodeGraphs& graphs) {
  PretrainingHeader header;
  header.target_names = {"nodes", "zeros", "ones"};
  header.node_vocabulary_sizes = {3};
  header.edge_vocabulary_sizes = {2};
  measure_targets(graphs.targets, header);
  return header;
}

inline void write_set(const std::filesystem::path& path, const CodeGraphs& graphs) {
  PretrainingWriter writer(path, header_of(graphs));
  writer.add(graphs.graphs, graphs.targets, std::ssize(graphs.graphs));
  writer.finish();
}

}  // namespace plstm::test
