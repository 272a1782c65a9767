#include "chem/explain/occlusion.hpp"

#include <algorithm>
#include <utility>

#include <plstm/graph/graph_count.hpp>

#include "chem/explain/value_shares.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/rows/joined_graph.hpp"

namespace plstm {
namespace {

// Appends row `index` of a matrix with so many columns.
template <class T>
void add_row(const std::vector<T>& rows, std::int32_t index, std::int32_t width, std::vector<T>& to) {
  const auto first = rows.begin() + std::ptrdiff_t{index} * width;
  to.insert(to.end(), first, first + width);
}

}  // namespace

Occlusion::Occlusion(std::span<const Molecule> row, const FeaturizeOptions& options,
                     std::span<const double> columns)
    : features_(featurize(row, options, columns)),
      num_atoms_(0),
      num_values_(features_.graph.graph_values.size() - columns.size()) {
  for (const Molecule& molecule : row) {
    first_atoms_.push_back(static_cast<std::int32_t>(num_atoms_));
    num_atoms_ += static_cast<std::size_t>(molecule.num_atoms());
    if (options.counts) counts_.emplace_back(molecule);
  }
  if (!options.molecule_values) return;
  shares_.resize(num_atoms_ * num_values_);
  const std::size_t width = num_values_ / row.size();
  for (std::size_t m = 0; m < row.size(); ++m) {
    const std::vector<double> own =
        value_shares(rdkit_mol(row[m]), std::span(features_.graph.graph_values).subspan(m * width, width));
    for (std::size_t i = 0; i < own.size(); ++i) {
      const std::size_t atom = static_cast<std::size_t>(first_atoms_[m]) + i / width;
      shares_[atom * num_values_ + m * width + i % width] = own[i];
    }
  }
}

std::vector<GraphCount> Occlusion::counts_without(std::span<const std::int32_t> hidden) const {
  if (counts_.size() == 1) return counts_.front().without(hidden);
  std::vector<std::vector<std::int32_t>> of_molecules(counts_.size());
  for (const std::int32_t atom : hidden) {
    const auto molecule = std::ranges::upper_bound(first_atoms_, atom) - first_atoms_.begin() - 1;
    of_molecules[static_cast<std::size_t>(molecule)].push_back(
        atom - first_atoms_[static_cast<std::size_t>(molecule)]);
  }
  std::vector<std::vector<GraphCount>> parts;
  for (std::size_t m = 0; m < counts_.size(); ++m) parts.push_back(counts_[m].without(of_molecules[m]));
  return join_counts(parts);
}

AttributedGraph Occlusion::without(std::span<const std::int32_t> hidden) const {
  constexpr NodeId kHidden = -1;
  const AttributedGraph& all = features_.graph;
  std::vector<bool> is_hidden(num_atoms_);
  for (const std::int32_t atom : hidden) is_hidden[static_cast<std::size_t>(atom)] = true;

  AttributedGraph graph;
  graph.node_value_width = all.node_value_width;
  graph.node_code_width = all.node_code_width;
  graph.edge_value_width = all.edge_value_width;
  graph.edge_code_width = all.edge_code_width;
  graph.graph_value_width = all.graph_value_width;
  std::vector<NodeId> new_number(features_.atom_of_node.size(), kHidden);
  NodeId nodes = 0;
  for (NodeId node = 0; node < all.dag.num_nodes(); ++node) {
    if (is_hidden[static_cast<std::size_t>(features_.atom_of_node[static_cast<std::size_t>(node)])]) continue;
    new_number[static_cast<std::size_t>(node)] = nodes++;
    add_row(all.node_values, node, all.node_value_width, graph.node_values);
    add_row(all.node_codes, node, all.node_code_width, graph.node_codes);
  }
  std::vector<Arc> arcs;
  EdgeId edge = 0;
  for (const Arc& arc : all.dag.edges()) {
    const NodeId tail = new_number[static_cast<std::size_t>(arc.tail)];
    const NodeId head = new_number[static_cast<std::size_t>(arc.head)];
    if (tail != kHidden && head != kHidden) {
      arcs.push_back({tail, head});
      add_row(all.edge_values, edge, all.edge_value_width, graph.edge_values);
      add_row(all.edge_codes, edge, all.edge_code_width, graph.edge_codes);
    }
    ++edge;
  }
  graph.dag = Dag(nodes, std::move(arcs));

  graph.graph_values = all.graph_values;
  for (std::size_t v = 0; v < num_values_; ++v) {
    double value = all.graph_values[v];
    for (const std::int32_t atom : hidden) value -= shares_[static_cast<std::size_t>(atom) * num_values_ + v];
    graph.graph_values[v] = static_cast<float>(value);
  }
  if (!counts_.empty()) {
    graph.graph_counts = counts_without(hidden);
    // A graph without any count is refused, as one that was made without them. No substructure has this label.
    if (graph.graph_counts.empty()) graph.graph_counts.push_back({kNumCountLabels - 1, 1});
  }
  return graph;
}

}  // namespace plstm
