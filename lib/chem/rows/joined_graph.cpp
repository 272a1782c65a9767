#include "chem/rows/joined_graph.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <plstm/core/random.hpp>
#include <plstm/graph/disjoint_union.hpp>

namespace plstm {
namespace {

// Different labels of one molecule stay different.
std::uint32_t label_in(std::uint32_t label, std::size_t molecule) {
  constexpr std::uint32_t kOfFamily = (1U << kCountFamilyShift) - 1;
  if (molecule == 0) return label;
  return label ^ (static_cast<std::uint32_t>(mix_seed(molecule, 0x3017)) & kOfFamily);
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::vector<GraphCount> join_counts(std::span<const std::vector<GraphCount>> parts) {
  std::vector<GraphCount> all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const GraphCount& count : parts[i]) all.push_back({label_in(count.label, i), count.count});
  }
  std::ranges::sort(all, {}, &GraphCount::label);
  std::vector<GraphCount> joined;
  for (const GraphCount& count : all) {
    if (joined.empty() || joined.back().label != count.label) {
      joined.push_back(count);
    } else {
      joined.back().count = std::min(joined.back().count + count.count, kMostCount);
    }
  }
  return joined;
}

MolecularGraph join_graphs(std::span<const MolecularGraph> parts) {
  MolecularGraph result;
  AttributedGraph& graph = result.graph;
  const AttributedGraph& first = parts.front().graph;
  graph.node_value_width = first.node_value_width;
  graph.node_code_width = first.node_code_width + 1;
  graph.edge_value_width = first.edge_value_width;
  graph.edge_code_width = first.edge_code_width;
  std::vector<const Dag*> dags;
  std::vector<std::vector<GraphCount>> counts;
  std::int32_t atoms = 0;  // of the molecules before
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const AttributedGraph& part = parts[i].graph;
    dags.push_back(&part.dag);
    const auto width = static_cast<std::size_t>(first.node_code_width);
    for (std::size_t node = 0; node < static_cast<std::size_t>(part.dag.num_nodes()); ++node) {
      const auto row = part.node_codes.begin() + static_cast<std::ptrdiff_t>(node * width);
      graph.node_codes.insert(graph.node_codes.end(), row, row + static_cast<std::ptrdiff_t>(width));
      graph.node_codes.push_back(static_cast<std::int32_t>(i));
    }
    append(graph.node_values, part.node_values);
    append(graph.edge_values, part.edge_values);
    append(graph.edge_codes, part.edge_codes);
    append(graph.graph_values, part.graph_values);
    counts.push_back(part.graph_counts);
    std::int32_t last = atoms - 1;
    for (const std::int32_t atom : parts[i].atom_of_node) {
      result.atom_of_node.push_back(atoms + atom);
      last = std::max(last, atoms + atom);
    }
    atoms = last + 1;
  }
  graph.dag = disjoint_union(dags);
  graph.graph_value_width = static_cast<std::int32_t>(graph.graph_values.size());
  graph.graph_counts = join_counts(counts);
  return result;
}

}  // namespace plstm
