#include "workload.hpp"

#include <algorithm>

#include <plstm/core/random.hpp>

#include "peak.hpp"

namespace plstm::microbench {
namespace {

AttributedGraph without_features(NodeId num_nodes, std::vector<Arc> edges) {
  AttributedGraph graph;
  graph.dag = Dag(num_nodes, std::move(edges));
  return graph;
}

AttributedGraph chain(NodeId num_nodes) {
  std::vector<Arc> edges;
  for (NodeId i = 1; i < num_nodes; ++i) edges.push_back({i - 1, i});
  return without_features(num_nodes, std::move(edges));
}

AttributedGraph grid(NodeId side) {
  std::vector<Arc> edges;
  for (NodeId node = 0; node < side * side; ++node) {
    if (node % side + 1 < side) edges.push_back({node, node + 1});
    if (node + side < side * side) edges.push_back({node, node + side});
  }
  return without_features(side * side, std::move(edges));
}

// Complete binary tree, from the root down.
AttributedGraph tree(NodeId num_nodes) {
  std::vector<Arc> edges;
  for (NodeId i = 1; i < num_nodes; ++i) edges.push_back({(i - 1) / 2, i});
  return without_features(num_nodes, std::move(edges));
}

// Every node but the first two has two different predecessors, drawn from all nodes before it.
AttributedGraph random_dag(NodeId num_nodes) {
  Random random(1);
  std::vector<Arc> edges;
  for (NodeId i = 2; i < num_nodes; ++i) {
    const auto first = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(i)));
    const auto other = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(i - 1)));
    edges.push_back({first, i});
    edges.push_back({other < first ? other : other + 1, i});
  }
  return without_features(num_nodes, std::move(edges));
}

}  // namespace

Workload make_workload(Scale scale) {
  const bool full = scale == Scale::kFull;
  const NodeId side = full ? 32 : 5;
  const NodeId nodes = side * side;
  Workload workload{full ? 1024 : 64,
                    full ? std::size_t{128} << 20 : std::size_t{1} << 16,
                    {{"chain", {chain(nodes)}},
                     {"grid", {grid(side)}},
                     {"tree", {tree(nodes)}},
                     {"random", {random_dag(nodes)}},
                     {"molecules", {}}},
                    make_molecules(full ? kAllMolecules : kBatchSize)};
  for (std::size_t i = 0; i < std::min(kBatchSize, workload.molecules.graphs.size()); ++i) {
    workload.graphs.back().graphs.push_back(workload.molecules.graphs[i].graph);
  }
  workload.product_peak = measure_product_peak(workload.product_size);
  return workload;
}

}  // namespace plstm::microbench
