// A project that needs graphs alone, with an installed plstm::graph. Ends with 1 if a result is not what it must be.

#include <cstdio>

#include <plstm/graph/dag.hpp>
#include <plstm/graph/line_graph.hpp>

int main() {
  const plstm::Dag diamond(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}});
  const plstm::LineGraph line = plstm::make_line_graph(diamond);
  std::printf("%d edges, %d line edges\n", diamond.num_edges(), line.num_edges());
  return diamond.num_edges() == 4 && line.num_edges() == 2 ? 0 : 1;
}
