#pragma once

#include <cstdint>
#include <vector>

#include <plstm/graph/attributed_graph.hpp>

namespace plstm {

struct SubtreeOptions {
  int rounds = 3;
  bool directed = false;  ///< true: the two directions of an edge differ
};

/// The labels of Weisfeiler and Lehman (Shervashidze et al., JMLR 12, 2011): in round 0 a node's label are
/// its codes, in round r its label of round r - 1 with those of its neighbours, each with the codes of the
/// edge between. Entry r N + i: node i in round r. Real values are not looked at.
///
/// Two nodes, of whichever graphs, have the same label of round r if their trees of r steps are the same, and
/// otherwise only if two hashes of 64 bits meet by chance. Labels of different rounds differ. They depend on
/// no order of nodes or edges, and are the same on every machine. O(rounds (N + E)).
/// Throws ConfigError if `rounds` is negative, and what check_attributed_graph throws.
std::vector<std::uint64_t> subtree_labels(const AttributedGraph& graph, const SubtreeOptions& options = {});

}  // namespace plstm
