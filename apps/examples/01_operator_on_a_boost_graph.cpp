// The operator on a Boost graph. With all gates open it counts paths: a one enters at the first corner of a grid, and
// each node reads the number of paths that lead to it.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <vector>

#include <boost/graph/adjacency_list.hpp>

#include <plstm/graph/boost.hpp>
#include <plstm/plstm.hpp>

int main() {
  constexpr std::size_t kSide = 5;
  boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS> grid(kSide * kSide);
  for (std::size_t node = 0; node < kSide * kSide; ++node) {
    if ((node + 1) % kSide != 0) add_edge(node, node + 1, grid);
    if (node + kSide < kSide * kSide) add_edge(node, node + kSide, grid);
  }

  // Line graph and levels are computed once for a graph.
  const plstm::Dag dag = plstm::make_dag(grid);
  const plstm::StmGraph graph = plstm::make_stm_graph(dag, plstm::make_line_graph(dag));

  // One head, keys and values of width 1. All gates and keys are 1, so a single array serves them all.
  const auto longest = std::max({graph.num_nodes, graph.num_edges, graph.num_line_edges});
  const std::vector<double> ones(static_cast<std::size_t>(longest), 1.0);
  const auto open = plstm::heads_in_columns(ones.data(), 1, 1);
  std::vector<double> value(kSide * kSide, 0.0);
  value.front() = 1;
  plstm::StmInputs<double> inputs;
  inputs.heads = inputs.key_width = inputs.value_width = 1;
  inputs.query = inputs.key = open;
  inputs.source = inputs.transition = inputs.mark = inputs.direct = open;
  inputs.value = plstm::heads_in_columns<const double>(value.data(), 1, 1);

  std::vector<double> paths(kSide * kSide);
  plstm::StmWorkspace<double> workspace;  // reuse it: a second call of this size allocates nothing
  plstm::stm_forward(graph, inputs, plstm::heads_in_columns(paths.data(), 1, 1), plstm::StmForm::kAuto,
                     workspace);

  std::printf("paths from corner to corner: %g, expected 8 choose 4 = 70\n", paths.back());
  return paths.back() == 70 ? 0 : 1;
}
