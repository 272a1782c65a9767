#pragma once

#include <span>

#include <plstm/graph/dag.hpp>

namespace plstm {

/// One DAG whose components are the given ones, side by side: nodes and edges of the i-th are shifted by the
/// numbers of nodes and edges before it. O(sum of N + E). Throws GraphError if the sums do not fit the id
/// types.
Dag disjoint_union(std::span<const Dag* const> dags);

}  // namespace plstm
