#include "molecules.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <plstm/core/random.hpp>
#include <plstm/graph/orientation.hpp>

#if defined(PLSTM_MICROBENCH_WITH_CHEM)
#include <cstdlib>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/reader.hpp>
#endif

namespace plstm::microbench {
namespace {

#if defined(PLSTM_MICROBENCH_WITH_CHEM)

std::vector<std::int32_t> vocabulary_sizes(std::span<const FeatureColumn> columns) {
  std::vector<std::int32_t> sizes;
  for (const FeatureColumn& column : columns)
    sizes.push_back(static_cast<std::int32_t>(column.values.size()));
  return sizes;
}

std::optional<MoleculeSet> read_molecules(std::size_t most) {
  const char* base = std::getenv("RDBASE");
  const std::filesystem::path folder = base != nullptr && *base != '\0' ? base : "/usr/share/RDKit";
  const std::filesystem::path file = folder / "Contrib" / "FreeWilson" / "data" / "CHEMBL2321810.smi";
  if (!std::filesystem::exists(file)) return std::nullopt;
  MoleculeSet set;
  MoleculeReader reader(file);
  for (auto chunk = reader.next_chunk(1024); !chunk.empty(); chunk = reader.next_chunk(1024)) {
    for (MoleculeRecord& record : chunk) {
      if (!record.error.empty() || set.graphs.size() == most) continue;
      set.smiles.push_back(std::move(record.smiles));
      set.graphs.push_back(prepare_graph(std::move(record.graph)));
    }
  }
  set.source = "CHEMBL2321810";
  set.node_vocabulary_sizes = vocabulary_sizes(atom_columns());
  set.edge_vocabulary_sizes = vocabulary_sizes(bond_columns());
  return set;
}

#else

std::optional<MoleculeSet> read_molecules(std::size_t) {
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

MoleculeSet synthetic_molecules(std::size_t most) {
  constexpr std::size_t kMolecules = 1017;  // as many as the real ones
  MoleculeSet set;
  Random random(2);
  while (set.graphs.size() < std::min(most, kMolecules)) {
    set.graphs.push_back(prepare_graph(random_molecule(random)));
  }
  set.source = "synthetic molecules";
  set.node_vocabulary_sizes.assign(kNodeColumns, kVocabularySize);
  set.edge_vocabulary_sizes.assign(kEdgeColumns, kVocabularySize);
  return set;
}

}  // namespace

MoleculeSet make_molecules(std::size_t most) {
  std::optional<MoleculeSet> set = read_molecules(most);
  if (!set.has_value()) set = synthetic_molecules(most);
  for (const PreparedGraph& graph : set->graphs)
    set->max_degree = std::max(set->max_degree, graph.max_degree);
  return *std::move(set);
}

}  // namespace plstm::microbench
