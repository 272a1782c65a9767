#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace plstm {

/// A coloured graph whose nodes are to be ordered: each edge stands with both of its nodes.
struct ColouredGraph {
  struct Neighbour {
    std::int32_t node;
    std::uint32_t colour;  ///< of the edge as seen from the node that has this neighbour
  };
  std::vector<std::vector<Neighbour>> neighbours;  ///< [nodes]
};

/// Ordered partition of the nodes of a graph into cells, refined until the nodes of a cell have equally many
/// neighbours of each cell and edge colour (Weisfeiler & Leman 1968; Paige & Tarjan, SIAM J. Comput. 1987, for the
/// order of the steps). O(E log N) for all calls together but those of split. What it does depends on cells alone,
/// never on the numbers of nodes, so that the order of cells is the same however a graph is numbered.
class Refinement {
 public:
  /// `graph` must outlive the refinement. All nodes are in one cell.
  explicit Refinement(const ColouredGraph& graph);

  /// Splits every cell by the values of its nodes, in ascending order, and refines. O(N log N) besides.
  void split(std::span<const std::uint64_t> values);

  /// Gives every node a cell of its own: takes a node out of the first cell that has several, refines, and goes on.
  /// Where the nodes of a cell are alike under an automorphism of the graph, the order does not depend on which one
  /// is taken.
  void break_ties();

  /// Position of the node's cell: the number of nodes in the cells before it.
  std::int32_t cell(std::int32_t node) const { return cell_[index(node)]; }

 private:
  static std::size_t index(std::int32_t i) { return static_cast<std::size_t>(i); }
  void refine();
  void split_touched(std::int32_t begin, std::span<const std::int32_t> touched);
  void cut(std::int32_t begin, std::span<const std::int32_t> starts);

  const ColouredGraph& graph_;
  std::vector<std::int32_t> order_;     // nodes, cell by cell
  std::vector<std::int32_t> position_;  // of each node in order_
  std::vector<std::int32_t> cell_;      // of each node
  std::vector<std::int32_t> size_;      // of the cell that begins at a position
  std::vector<std::uint64_t> count_;    // of the edges between a node and the cell at hand
  std::set<std::int32_t> pending_;      // cells whose neighbours are still to be split
};

}  // namespace plstm
