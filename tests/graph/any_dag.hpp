#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <rapidcheck.h>

#include <plstm/core/random.hpp>
#include <plstm/graph/dag.hpp>

#include "support/random_graph.hpp"

namespace plstm::test {

/// Integer in 0..most, all equally likely from the first case on (inRange alone starts with small ones).
inline int any_up_to(int most, const char* name) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, most + 1)).as(name);
}

/// For laws: a DAG of up to `most_nodes` nodes, from no edges to all that fit; shrinks towards few nodes.
inline Dag any_dag(NodeId most_nodes = 14) {
  const NodeId num_nodes = any_up_to(most_nodes, "nodes");
  const double density = 0.05 * any_up_to(20, "density in 1/20");
  Random random(*rc::gen::arbitrary<std::uint64_t>().as("seed"));
  return random_dag(num_nodes, density, random);
}

/// The same with some edges listed twice or three times.
inline Dag any_dag_with_parallel_edges(NodeId most_nodes = 10) {
  const Dag dag = any_dag(most_nodes);
  std::vector<Arc> edges(dag.edges().begin(), dag.edges().end());
  for (int more = any_up_to(4, "parallel edges"); more > 0 && !edges.empty(); --more) {
    const int at = any_up_to(static_cast<int>(edges.size()) - 1, "edge");
    const Arc again = edges[static_cast<std::size_t>(at)];
    edges.insert(edges.begin() + any_up_to(static_cast<int>(edges.size()), "place"), again);
  }
  return Dag(dag.num_nodes(), std::move(edges), ParallelEdges::kKeep);
}

}  // namespace plstm::test
