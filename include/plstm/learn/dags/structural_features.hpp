#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/graph/dag.hpp>
#include <plstm/learn/features.hpp>
#include <plstm/learn/labeled_graphs.hpp>

namespace plstm {

/// What models that cannot read graphs may know of the labelled things and of the structure around them: flat_features(),
/// and behind them
///
/// - of a node: its in-degree, its out-degree, its depth (edges on the longest path to it), its height (edges on the longest
///   path from it), the nodes and the edges of its graph; then the sums of the flat features of its predecessors, and
///   of those of its successors
/// - of an edge: the six numbers of its tail and those of its head
/// - of a graph: its sources, its sinks, the edges on its longest path, the largest in-degree, the largest out-degree
///
/// [things, columns]. An edge from a predecessor counts each time that it is there. The sums over neighbours are left out
/// where there would be more than kMostFlatFeatures columns.
Matrix<float> structural_features(const LabeledGraphs& data);

/// How often each subtree of up to 3 steps occurs in each graph (subtree_labels.hpp, with directions), for
/// count_features().
std::vector<std::vector<LabelCount>> subtree_counts(std::span<const PreparedGraph> graphs);

/// Edges on the longest path to each node, [N]. O(N + E).
std::vector<std::int32_t> node_depths(const Dag& dag);

}  // namespace plstm
