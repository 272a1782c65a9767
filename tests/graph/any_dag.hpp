#pragma once

#include <cstdint>

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

}  // namespace plstm::test
