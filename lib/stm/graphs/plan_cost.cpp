// The cost model. Rates are nanoseconds per multiply-add (or per entry) of one thread of a forward and a
// backward pass together, fitted to `plstm-microbench --benchmark_filter=operator` (docs/performance.md says
// on which machine); only their ratios matter, and those differ little between machines.
#include <algorithm>
#include <cmath>

#include "stm/graphs/planning.hpp"

namespace plstm::planning {

namespace {

constexpr double kRecurrentRate = 0.090;  // (2 E + L) K V: states, adjoints and their gradients
constexpr double kRecurrentEdge = 60;     // per edge and head, whatever the widths
constexpr double kClosedRate = 0.038;     // N^2 (K + V)
constexpr double kPathRate = 0.02;        // (2 E + L) N
constexpr double kClosedNode = 90;        // per node and head
constexpr double kBorderRate = 0.10;      // N K V of every border edge

// Wider graphs have enough parallel work in their levels, and too many states between chunks.
constexpr double kWidestForChunks = 4;

// What a long thin graph may cost more on one thread for running on many.
constexpr double kWorthForDepth = 2;

// Fewest pieces of border states that can be carried on side by side without a scan.
constexpr std::ptrdiff_t kEnoughStreams = 16;
constexpr std::ptrdiff_t kStreamSize = 64;  // elements of a state

// Vectors of this many nodes are not worth less than full ones.
double padded(double nodes) {
  return 16 * std::ceil(nodes / 16);
}

double closed_cost(double nodes, double edges, double line_edges, double widths, double borders) {
  const double columns = padded(nodes) + (borders > 0 ? padded(borders) : 0);
  return kClosedRate * nodes * padded(nodes) * widths + kPathRate * (2 * edges + line_edges) * columns +
         kClosedNode * nodes;
}

}  // namespace

std::int32_t chunk_size(const StmShape& shape) {
  // The work inside a chunk grows with its size, that of its borders falls: the best is of the size of a
  // state's side.
  const auto k = static_cast<double>(shape.key_width);
  const auto v = static_cast<double>(shape.value_width);
  return static_cast<std::int32_t>(std::clamp(16 * std::round(0.8 * std::sqrt(k * v) / 16), 32.0, 128.0));
}

FormCosts form_costs(const PartView& part, const StmShape& shape) {
  const auto nodes = static_cast<double>(part.num_nodes());
  const auto edges = static_cast<double>(part.num_edges());
  const auto line_edges = static_cast<double>(part.num_line_edges());
  const auto heads = static_cast<double>(shape.heads);
  const auto k = static_cast<double>(shape.key_width);
  const auto v = static_cast<double>(shape.value_width);
  FormCosts costs{};
  costs.recurrent = heads * (kRecurrentRate * (2 * edges + line_edges) * k * v + kRecurrentEdge * edges);
  costs.closed = heads * closed_cost(nodes, edges, line_edges, k + v, 0);
  // As if the graph were equally wide everywhere: an edge out of every node of a level crosses each border.
  const double width = std::max(1.0, edges / std::max(1.0, static_cast<double>(part.num_levels)));
  const double size = std::min(nodes, static_cast<double>(chunk_size(shape)));
  const double chunks = std::ceil(nodes / std::max(1.0, size));
  costs.chunkwise = heads * chunks *
                    (closed_cost(size, edges / chunks, line_edges / chunks, k + v, width) +
                     kBorderRate * (2 * size * width + width * width) * k * v);
  return costs;
}

StmForm choose_form(const PartView& part, const StmShape& shape) {
  const FormCosts costs = form_costs(part, shape);
  const bool thin = static_cast<double>(part.num_edges()) <= kWidestForChunks * part.num_levels &&
                    part.num_nodes() >= 16 * static_cast<std::size_t>(chunk_size(shape));
  if (thin && costs.chunkwise <= kWorthForDepth * std::min(costs.recurrent, costs.closed)) {
    const std::ptrdiff_t streams =
        shape.heads * std::max<std::ptrdiff_t>(1, shape.key_width * shape.value_width / kStreamSize);
    return streams >= kEnoughStreams ? StmForm::kChunkwise : StmForm::kDoubling;
  }
  return costs.closed <= costs.recurrent ? StmForm::kClosed : StmForm::kRecurrent;
}

}  // namespace plstm::planning
