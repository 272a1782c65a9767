#include "plstm/learn/dags/structural_features.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <plstm/core/parallel.hpp>
#include <plstm/graph/subtree_labels.hpp>
#include <plstm/learn/dags/flat_features.hpp>

namespace plstm {
namespace {

constexpr Index kNodeNumbers = 6;
constexpr Index kGraphNumbers = 5;

using NodeNumbers = std::array<float, static_cast<std::size_t>(kNodeNumbers)>;

std::vector<NodeNumbers> node_numbers(const Dag& dag) {
  const std::vector<std::int32_t> depths = node_depths(dag), heights = node_depths(reverse(dag));
  std::vector<NodeNumbers> numbers;
  for (NodeId node = 0; node < dag.num_nodes(); ++node) {
    const auto at = static_cast<std::size_t>(node);
    numbers.push_back({static_cast<float>(dag.in_edges(node).size()),
                       static_cast<float>(dag.out_edges(node).size()), static_cast<float>(depths[at]),
                       static_cast<float>(heights[at]), static_cast<float>(dag.num_nodes()),
                       static_cast<float>(dag.num_edges())});
  }
  return numbers;
}

void write_graph_numbers(const Dag& dag, float* row) {
  std::size_t sources = 0, sinks = 0, most_in = 0, most_out = 0;
  for (NodeId node = 0; node < dag.num_nodes(); ++node) {
    const std::size_t in = dag.in_edges(node).size(), out = dag.out_edges(node).size();
    sources += in == 0 ? 1 : 0;
    sinks += out == 0 ? 1 : 0;
    most_in = std::max(most_in, in);
    most_out = std::max(most_out, out);
  }
  const std::vector<std::int32_t> depths = node_depths(dag);
  const std::int32_t longest = depths.empty() ? 0 : *std::ranges::max_element(depths);
  const float numbers[kGraphNumbers] = {static_cast<float>(sources), static_cast<float>(sinks),
                                        static_cast<float>(longest), static_cast<float>(most_in),
                                        static_cast<float>(most_out)};
  std::ranges::copy(numbers, row);
}

}  // namespace

std::vector<std::int32_t> node_depths(const Dag& dag) {
  const auto count = static_cast<std::size_t>(dag.num_nodes());
  std::vector<std::int32_t> depths(count, 0), waiting(count);
  std::vector<NodeId> ready;  // all predecessors of these are done
  for (NodeId node = 0; node < dag.num_nodes(); ++node) {
    waiting[static_cast<std::size_t>(node)] = static_cast<std::int32_t>(dag.in_edges(node).size());
    if (dag.in_edges(node).empty()) ready.push_back(node);
  }
  while (!ready.empty()) {
    const NodeId node = ready.back();
    ready.pop_back();
    for (const EdgeId edge : dag.out_edges(node)) {
      const auto head = static_cast<std::size_t>(dag.head(edge));
      depths[head] = std::max(depths[head], depths[static_cast<std::size_t>(node)] + 1);
      if (--waiting[head] == 0) ready.push_back(dag.head(edge));
    }
  }
  return depths;
}

Matrix<float> structural_features(const LabeledGraphs& data) {
  const Matrix<float> flat = flat_features(data);
  const Readout level = data.level();
  const Index own = flat.cols();
  const bool sums = level == Readout::kNode && 3 * own + kNodeNumbers <= kMostFlatFeatures;
  const Index numbers = level == Readout::kNode   ? kNodeNumbers
                        : level == Readout::kEdge ? 2 * kNodeNumbers
                                                  : kGraphNumbers;
  const Index columns = own + numbers + (sums ? 2 * own : 0);
  Matrix<float> features = Matrix<float>::Zero(data.num_things(), columns);
  if (features.size() == 0) return features;
  features.leftCols(own) = flat;
  parallel_for(static_cast<std::size_t>(data.num_graphs()), 1, [&](std::size_t g) {
    const Dag& dag = data.graphs()[g].graph.dag;
    const Index first = data.offsets()[g];
    if (level == Readout::kGraph) {
      write_graph_numbers(dag, features.row(first).data() + own);
      return;
    }
    const std::vector<NodeNumbers> of_nodes = node_numbers(dag);
    const auto write = [&](Index thing, Index column, NodeId node) {
      std::ranges::copy(of_nodes[static_cast<std::size_t>(node)], features.row(thing).data() + column);
    };
    if (level == Readout::kEdge) {
      for (EdgeId edge = 0; edge < dag.num_edges(); ++edge) {
        write(first + edge, own, dag.tail(edge));
        write(first + edge, own + kNodeNumbers, dag.head(edge));
      }
      return;
    }
    for (NodeId node = 0; node < dag.num_nodes(); ++node) {
      write(first + node, own, node);
      if (!sums) continue;
      auto row = features.row(first + node);
      for (const EdgeId edge : dag.in_edges(node))
        row.segment(own + numbers, own) += flat.row(first + dag.tail(edge));
      for (const EdgeId edge : dag.out_edges(node))
        row.segment(own + numbers + own, own) += flat.row(first + dag.head(edge));
    }
  });
  return features;
}

std::vector<std::vector<LabelCount>> subtree_counts(std::span<const PreparedGraph> graphs) {
  std::vector<std::vector<LabelCount>> counts(graphs.size());
  parallel_for(graphs.size(), 1, [&](std::size_t g) {
    std::vector<std::uint64_t> labels = subtree_labels(graphs[g].graph, {.rounds = 3, .directed = true});
    std::ranges::sort(labels);
    for (const std::uint64_t label : labels) {
      if (counts[g].empty() || counts[g].back().label != label) counts[g].push_back({label, 0});
      ++counts[g].back().count;
    }
  });
  return counts;
}

}  // namespace plstm
