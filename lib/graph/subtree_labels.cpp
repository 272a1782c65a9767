#include "plstm/graph/subtree_labels.hpp"

#include <cstddef>
#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

namespace plstm {
namespace {

// What a hash is of.
enum Salt : std::uint64_t { kNode = 1, kEdge, kForward, kBackward, kRound };

std::vector<std::uint64_t> hash_rows(std::span<const std::int32_t> codes, std::int32_t width,
                                     std::size_t rows, Salt salt) {
  std::vector<std::uint64_t> hashes(rows, mix_seed(salt, static_cast<std::uint64_t>(width)));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    std::uint64_t& hash = hashes[i / static_cast<std::size_t>(width)];
    hash = mix_seed(hash, static_cast<std::uint64_t>(codes[i]));
  }
  return hashes;
}

}  // namespace

std::vector<std::uint64_t> subtree_labels(const AttributedGraph& graph, const SubtreeOptions& options) {
  if (options.rounds < 0) {
    throw ConfigError(fmt::format("subtree_labels: {} rounds, expected none or more", options.rounds));
  }
  check_attributed_graph(graph);
  const auto nodes = static_cast<std::size_t>(graph.dag.num_nodes());
  const auto edges = graph.dag.edges();
  const std::vector<std::uint64_t> edge_hashes =
      hash_rows(graph.edge_codes, graph.edge_code_width, edges.size(), kEdge);
  std::vector<std::uint64_t> labels = hash_rows(graph.node_codes, graph.node_code_width, nodes, kNode);
  std::vector<std::uint64_t> sums(nodes);
  for (int round = 1; round <= options.rounds; ++round) {
    const std::size_t before = labels.size() - nodes;
    // A sum over neighbours knows no order.
    sums.assign(nodes, 0);
    for (std::size_t e = 0; e < edges.size(); ++e) {
      const auto tail = static_cast<std::size_t>(edges[e].tail);
      const auto head = static_cast<std::size_t>(edges[e].head);
      const auto seen_along = [&](Salt direction, std::size_t neighbour) {
        return mix_seed(mix_seed(direction, edge_hashes[e]), labels[before + neighbour]);
      };
      sums[head] += seen_along(kForward, tail);
      sums[tail] += seen_along(options.directed ? kBackward : kForward, head);
    }
    for (std::size_t i = 0; i < nodes; ++i) {
      labels.push_back(mix_seed(mix_seed(kRound, labels[before + i]), sums[i]));
    }
  }
  return labels;
}

}  // namespace plstm
