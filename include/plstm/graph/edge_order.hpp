#pragma once

#include <vector>

#include <plstm/core/ids.hpp>
#include <plstm/graph/dag.hpp>

namespace plstm {

/// Which order of the edges decides where there is a choice: which paths a multitree keeps, and the slots of a node.
enum class EdgeOrder {
  kCanonical,  ///< by tail, then by head: the order in which the edges are listed changes nothing
  kListed,     ///< by edge id: as the edges are listed
};

/// The ids of the edges sorted by tail, then by head; parallel edges by id. O(N + E).
std::vector<EdgeId> canonical_edge_order(const Dag& dag);

}  // namespace plstm
