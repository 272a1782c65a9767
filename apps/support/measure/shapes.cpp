#include "support/measure/shapes.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <plstm/core/random.hpp>

namespace plstm::bench {

Dag chain(NodeId num_nodes) {
  std::vector<Arc> edges;
  for (NodeId i = 1; i < num_nodes; ++i) edges.push_back({i - 1, i});
  return Dag(num_nodes, std::move(edges));
}

Dag grid(NodeId width, NodeId height) {
  std::vector<Arc> edges;
  for (NodeId node = 0; node < width * height; ++node) {
    if (node % width + 1 < width) edges.push_back({node, node + 1});
    if (node + width < width * height) edges.push_back({node, node + width});
  }
  return Dag(width * height, std::move(edges));
}

Dag tree(NodeId num_nodes) {
  std::vector<Arc> edges;
  for (NodeId i = 1; i < num_nodes; ++i) edges.push_back({(i - 1) / 2, i});
  return Dag(num_nodes, std::move(edges));
}

Dag random_dag(NodeId num_nodes) {
  Random random(1);
  std::vector<Arc> edges;
  for (NodeId i = 2; i < num_nodes; ++i) {
    const auto first = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(i)));
    const auto other = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(i - 1)));
    edges.push_back({first, i});
    edges.push_back({other < first ? other : other + 1, i});
  }
  return Dag(num_nodes, std::move(edges));
}

Dag random_dag(NodeId num_nodes, std::int32_t degree, NodeId window) {
  Random random(1);
  std::vector<Arc> edges;
  std::vector<NodeId> tails;
  for (NodeId node = 1; node < num_nodes; ++node) {
    const NodeId first = std::max(0, node - window);
    tails.clear();
    while (static_cast<std::int32_t>(tails.size()) < std::min(degree, node - first)) {
      const NodeId tail = first + static_cast<NodeId>(random.below(static_cast<std::uint64_t>(node - first)));
      if (std::ranges::find(tails, tail) == tails.end()) tails.push_back(tail);
    }
    for (const NodeId tail : tails) edges.push_back({tail, node});
  }
  return Dag(num_nodes, std::move(edges));
}

}  // namespace plstm::bench
