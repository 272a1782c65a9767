#include "plstm/nn/graphs/transformer/reachability.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {

namespace {

constexpr std::int32_t kWordBits = 64;

std::size_t at(std::int32_t i) {
  return static_cast<std::size_t>(i);
}

}  // namespace

void Reachability::check_size(NodeId nodes) {
  if (nodes <= kMostNodes) return;
  throw GraphError(fmt::format(
      "a graph has {} nodes, attention to all that a node reaches is made for at most {}; use a body whose "
      "cost grows with the edges, such as plstm",
      nodes, kMostNodes));
}

void Reachability::find(const StmGraph& graph, std::int32_t hops) {
  if (hops < 0) throw ConfigError(fmt::format("reachability: hops is {}, expected at least 0", hops));
  for (std::size_t part = 1; part < graph.parts.size(); ++part)
    check_size(graph.parts[part].node - graph.parts[part - 1].node);
  rows_.clear();
  std::size_t words = 0;
  for (std::size_t part = 1; part < graph.parts.size(); ++part) {
    const NodeId first = graph.parts[part - 1].node, nodes = graph.parts[part].node - first;
    const std::int32_t of_row = (nodes + kWordBits - 1) / kWordBits;
    for (NodeId n = 0; n < nodes; ++n, words += at(of_row)) rows_.push_back({words, of_row, first});
  }

  ancestors_.assign(words, 0);
  const auto row_of = [&](std::vector<std::uint64_t>& bits, NodeId n) {
    return std::span(bits).subspan(rows_[at(n)].begin, at(rows_[at(n)].words));
  };
  const auto set = [&](std::vector<std::uint64_t>& bits, NodeId n, NodeId u) {
    const NodeId bit = u - rows_[at(n)].first_node;
    row_of(bits, n)[at(bit / kWordBits)] |= std::uint64_t{1} << (bit % kWordBits);
  };
  // What the start of an edge sees, the end of the edge sees one hop further. Without a limit, one pass in topological
  // order is enough.
  const auto pass = [&](std::vector<std::uint64_t>& from) {
    for (const EdgeId edge : graph.order) {
      const NodeId tail = graph.tail[at(edge)], head = graph.head[at(edge)];
      const std::span<std::uint64_t> seen = row_of(from, tail), to = row_of(ancestors_, head);
      for (std::size_t w = 0; w < to.size(); ++w) to[w] |= seen[w];
      set(ancestors_, head, tail);
    }
  };
  if (hops == 0) pass(ancestors_);
  for (std::int32_t hop = 0; hop < hops; ++hop) {
    nearer_ = ancestors_;
    pass(nearer_);
    if (nearer_ == ancestors_) break;
  }

  bits_ = ancestors_;
  for (NodeId n = 0; n < num_nodes(); ++n) {
    set(bits_, n, n);
    const Row row = rows_[at(n)];
    for (std::int32_t w = 0; w < row.words; ++w) {
      for (std::uint64_t left = ancestors_[row.begin + at(w)]; left != 0; left &= left - 1)
        set(bits_, row.first_node + kWordBits * w + __builtin_ctzll(left), n);
    }
  }
}

}  // namespace plstm
