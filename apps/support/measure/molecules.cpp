#include "support/measure/molecules.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/random.hpp>
#include <plstm/data/graph_file.hpp>
#include <plstm/graph/orientation.hpp>

#if defined(PLSTM_MEASURE_WITH_CHEM)
#include <cstdlib>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/reader.hpp>
#endif

namespace plstm::bench {
namespace {

bool takes(MoleculeFilter filter, std::size_t taken, const AttributedGraph& graph) {
  return taken < filter.most && graph.dag.num_edges() >= filter.min_bonds;
}

void prepare(std::vector<AttributedGraph> graphs, MoleculeSet& set) {
  set.graphs.resize(graphs.size());
  parallel_for(graphs.size(), 8, [&](std::size_t i) { set.graphs[i] = prepare_graph(std::move(graphs[i])); });
  for (const PreparedGraph& graph : set.graphs) set.max_degree = std::max(set.max_degree, graph.max_degree);
}

#if defined(PLSTM_MEASURE_WITH_CHEM)

std::optional<MoleculeSet> read_molecules(const std::filesystem::path& name, MoleculeFilter filter) {
  const char* base = std::getenv("RDBASE");
  const std::filesystem::path folder = base != nullptr && *base != '\0' ? base : "/usr/share/RDKit";
  if (!std::filesystem::exists(folder / name)) return std::nullopt;
  MoleculeSet set;
  std::vector<AttributedGraph> graphs;
  MoleculeReader reader(folder / name);
  for (auto chunk = reader.next_chunk(1024); !chunk.empty() && graphs.size() < filter.most;
       chunk = reader.next_chunk(1024)) {
    for (MoleculeRecord& record : chunk) {
      if (!record.error.empty() || !takes(filter, graphs.size(), record.graph)) continue;
      set.smiles.push_back(std::move(record.smiles));
      graphs.push_back(std::move(record.graph));
    }
  }
  set.source = name.filename().string();
  set.node_vocabulary_sizes = vocabulary_sizes(atom_columns());
  set.edge_vocabulary_sizes = vocabulary_sizes(bond_columns());
  prepare(std::move(graphs), set);
  return set;
}

#else

std::optional<MoleculeSet> read_molecules(const std::filesystem::path&, MoleculeFilter) {
  return std::nullopt;
}

#endif

constexpr std::int32_t kVocabularySize = 8;
constexpr std::int32_t kNodeColumns = 9;
constexpr std::int32_t kEdgeColumns = 3;

std::vector<std::int32_t> random_codes(std::size_t size, Random& random) {
  std::vector<std::int32_t> codes(size);
  for (std::int32_t& code : codes) code = static_cast<std::int32_t>(random.below(kVocabularySize));
  return codes;
}

// A random tree of 20 to 30 nodes, each hung on one of the six before it, closed to three rings of five to
// seven nodes or so; no node has more than four neighbours.
AttributedGraph random_molecule(Random& random) {
  constexpr std::int32_t kValence = 4;
  constexpr int kRings = 3;
  UndirectedGraph graph;
  graph.num_nodes = static_cast<NodeId>(20 + random.below(11));
  std::vector<std::int32_t> degree(static_cast<std::size_t>(graph.num_nodes), 0);
  const auto bind = [&](NodeId a, NodeId b) {
    auto& da = degree[static_cast<std::size_t>(a)];
    auto& db = degree[static_cast<std::size_t>(b)];
    const std::pair<NodeId, NodeId> bond(a, b);
    if (da == kValence || db == kValence ||
        std::find(graph.edges.begin(), graph.edges.end(), bond) != graph.edges.end()) {
      return false;
    }
    ++da;
    ++db;
    graph.edges.push_back(bond);
    return true;
  };
  for (NodeId node = 1; node < graph.num_nodes; ++node) {
    const auto reach = static_cast<std::uint64_t>(std::min<NodeId>(node, 6));
    while (!bind(node - 1 - static_cast<NodeId>(random.below(reach)), node)) continue;
  }
  for (int rings = 0; rings < kRings;) {
    const auto node = static_cast<NodeId>(random.below(static_cast<std::uint64_t>(graph.num_nodes - 5)));
    rings += bind(node, node + 5) ? 1 : 0;
  }
  AttributedGraph molecule;
  molecule.dag = orient_by_index(graph);
  molecule.node_code_width = kNodeColumns;
  molecule.edge_code_width = kEdgeColumns;
  molecule.node_codes =
      random_codes(static_cast<std::size_t>(molecule.dag.num_nodes()) * kNodeColumns, random);
  molecule.edge_codes =
      random_codes(static_cast<std::size_t>(molecule.dag.num_edges()) * kEdgeColumns, random);
  return molecule;
}

MoleculeSet synthetic_molecules(std::size_t count) {
  MoleculeSet set;
  std::vector<AttributedGraph> graphs;
  Random random(2);
  while (graphs.size() < count) graphs.push_back(random_molecule(random));
  set.source = "synthetic molecules";
  set.node_vocabulary_sizes.assign(kNodeColumns, kVocabularySize);
  set.edge_vocabulary_sizes.assign(kEdgeColumns, kVocabularySize);
  prepare(std::move(graphs), set);
  return set;
}

}  // namespace

MoleculeSet rdkit_molecules(const std::filesystem::path& file, MoleculeFilter filter, std::size_t synthetic) {
  std::optional<MoleculeSet> set = read_molecules(file, filter);
  return set.has_value() ? *std::move(set) : synthetic_molecules(std::min(filter.most, synthetic));
}

MoleculeSet molecules_of_graph_file(const std::filesystem::path& path, MoleculeFilter filter) {
  GraphSet file = read_graph_file(path);
  MoleculeSet set;
  std::vector<AttributedGraph> graphs;
  for (AttributedGraph& graph : file.graphs) {
    if (takes(filter, graphs.size(), graph)) graphs.push_back(std::move(graph));
  }
  if (graphs.empty()) {
    throw FileError(path.string() + ": has no graph with " + std::to_string(filter.min_bonds) +
                    " edges or more");
  }
  set.source = path.filename().string();
  set.node_vocabulary_sizes = std::move(file.node_vocabulary_sizes);
  set.edge_vocabulary_sizes = std::move(file.edge_vocabulary_sizes);
  set.node_value_width = file.node_value_width;
  set.edge_value_width = file.edge_value_width;
  prepare(std::move(graphs), set);
  return set;
}

}  // namespace plstm::bench
