#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <plstm/stm/graphs/stm_graph.hpp>

namespace plstm {

/// Which nodes of a graph see each other: each node sees itself, its ancestors and its descendants, all of them or those
/// that a path of at most `hops` edges connects with it. The relation is symmetric. A bit for each pair of nodes of one
/// part, so N^2 / 8 bytes for a graph of N nodes.
class Reachability {
 public:
  /// Largest part. Its pairs take 8 MiB, and attention over all of them some seconds.
  static constexpr NodeId kMostNodes = 8192;

  /// Throws GraphError if a graph of so many nodes is too large.
  static void check_size(NodeId nodes);

  /// hops = 0: no limit. O(E N / 64), with a limit that times `hops`. Memory is used again. Throws GraphError before it
  /// takes any memory if a part has more than kMostNodes nodes, and ConfigError if hops is negative.
  void find(const StmGraph& graph, std::int32_t hops);

  /// Calls f(u) for the nodes u that n sees, ascending; n itself is one of them.
  template <class F>
  void for_each(NodeId n, const F& f) const {
    const Row& row = rows_[static_cast<std::size_t>(n)];
    for (std::int32_t w = 0; w < row.words; ++w) {
      for (std::uint64_t bits = bits_[row.begin + static_cast<std::size_t>(w)]; bits != 0; bits &= bits - 1)
        f(row.first_node + 64 * w + __builtin_ctzll(bits));
    }
  }

  NodeId num_nodes() const { return static_cast<NodeId>(rows_.size()); }

 private:
  struct Row {
    std::size_t begin;  // in bits_
    std::int32_t words;
    NodeId first_node;  // of the part
  };
  std::vector<Row> rows_;
  std::vector<std::uint64_t> bits_, ancestors_, nearer_;
};

}  // namespace plstm
