#include "plstm/chem/featurizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/RingInfo.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <GraphMol/new_canon.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/chem/descriptors/substructure_counts.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/graph/orientation.hpp>

#include "chem/atom_values.hpp"
#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/molecule_values.hpp"
#include "chem/rows/joined_graph.hpp"
#include "chem/values/contributions.hpp"
#include "chem/values/structure.hpp"
#include "chem/vocabulary.hpp"

namespace plstm {

namespace {

using RDKit::Atom;

constexpr std::array<Named<BondOrientation>, 4> kOrientationNames{
    {{BondOrientation::kCanonicalRank, "canonical"},
     {BondOrientation::kInputOrder, "input"},
     {BondOrientation::kBreadthFirst, "bfs"},
     {BondOrientation::kDepthFirst, "dfs"}}};

std::vector<std::int32_t> input_order(const RDKit::ROMol& mol) {
  std::vector<std::int32_t> order(mol.getNumAtoms());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

// node_of_atom[a] is the rank of atom a. All ranks are different.
std::vector<std::int32_t> canonical_order(const RDKit::ROMol& mol) {
  if (is_large(mol)) return large_molecule_order(mol);
  std::vector<unsigned int> ranks;
  RDKit::Canon::rankMolAtoms(mol, ranks);
  return {ranks.begin(), ranks.end()};
}

// RDKit's tag describes the arrangement of the neighbours in the order of the bonds. An odd permutation of them
// inverts it.
Atom::ChiralType chirality_by_rank(const RDKit::ROMol& mol, const Atom& atom,
                                   std::span<const std::int32_t> rank) {
  const Atom::ChiralType tag = atom.getChiralTag();
  if (tag != Atom::CHI_TETRAHEDRAL_CW && tag != Atom::CHI_TETRAHEDRAL_CCW) return tag;
  std::vector<std::int32_t> neighbours;
  for (const RDKit::Bond* bond : mol.atomBonds(&atom)) {
    neighbours.push_back(rank[bond->getOtherAtomIdx(atom.getIdx())]);
  }
  bool odd = false;
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) odd ^= neighbours[j] > neighbours[i];
  }
  if (!odd) return tag;
  return tag == Atom::CHI_TETRAHEDRAL_CW ? Atom::CHI_TETRAHEDRAL_CCW : Atom::CHI_TETRAHEDRAL_CW;
}

struct OrientedBond {
  Arc arc;
  const RDKit::Bond* bond;
};

Dag orient(const UndirectedGraph& graph, BondOrientation orientation) {
  switch (orientation) {
    case BondOrientation::kBreadthFirst:
      return orient_by_bfs(graph);
    case BondOrientation::kDepthFirst:
      return orient_by_dfs(graph);
    case BondOrientation::kCanonicalRank:
    case BondOrientation::kInputOrder:
      break;
  }
  return orient_by_index(graph);
}

void add_atom_values(const AtomContributions& contributions, std::span<const std::int32_t> atom_of_node,
                     AttributedGraph& graph) {
  const std::vector<float> values = atom_values(contributions);
  graph.node_value_width = kNumAtomValues;
  graph.node_values.reserve(values.size());
  for (const std::int32_t atom : atom_of_node) {
    const auto row = values.begin() + std::ptrdiff_t{atom} * kNumAtomValues;
    graph.node_values.insert(graph.node_values.end(), row, row + kNumAtomValues);
  }
}

void add_molecule_values(const Structure& structure, const AtomContributions& contributions,
                         AttributedGraph& graph) {
  graph.graph_values = molecule_values(structure, contributions);
  graph.graph_value_width = static_cast<std::int32_t>(graph.graph_values.size());
}

void add_values(const RDKit::ROMol& mol, const FeaturizeOptions& options, MolecularGraph& result) {
  const Structure structure(mol);
  const AtomContributions contributions(structure);
  if (options.atom_values) add_atom_values(contributions, result.atom_of_node, result.graph);
  if (options.molecule_values) add_molecule_values(structure, contributions, result.graph);
}

// Nodes are the atoms of `mol`, and atom_of_node are indices of these.
MolecularGraph graph_of_atoms(const RDKit::ROMol& mol, const FeaturizeOptions& options) {
  const bool canonical = options.orientation == BondOrientation::kCanonicalRank;
  const std::vector<std::int32_t> node_of_atom = canonical ? canonical_order(mol) : input_order(mol);

  std::vector<OrientedBond> bonds;
  bonds.reserve(mol.getNumBonds());
  for (const RDKit::Bond* bond : mol.bonds()) {
    const auto [low, high] =
        std::minmax(node_of_atom[bond->getBeginAtomIdx()], node_of_atom[bond->getEndAtomIdx()]);
    bonds.push_back({{low, high}, bond});
  }
  if (canonical) {
    std::sort(bonds.begin(), bonds.end(), [](const OrientedBond& a, const OrientedBond& b) {
      return std::tie(a.arc.tail, a.arc.head) < std::tie(b.arc.tail, b.arc.head);
    });
  }
  UndirectedGraph undirected{static_cast<NodeId>(mol.getNumAtoms()), {}};
  undirected.edges.reserve(bonds.size());

  MolecularGraph result;
  AttributedGraph& graph = result.graph;
  graph.node_code_width = kNumAtomColumns;
  graph.edge_code_width = kNumBondColumns;
  graph.edge_codes.reserve(bonds.size() * kNumBondColumns);
  for (const OrientedBond& bond : bonds) {
    undirected.edges.emplace_back(bond.arc.tail, bond.arc.head);
    const BondCodes codes = bond_codes(*bond.bond);
    graph.edge_codes.insert(graph.edge_codes.end(), codes.begin(), codes.end());
  }
  graph.dag = orient(undirected, options.orientation);

  const RDKit::RingInfo& rings = *mol.getRingInfo();
  result.atom_of_node.resize(mol.getNumAtoms());
  graph.node_codes.resize(mol.getNumAtoms() * std::size_t{kNumAtomColumns});
  for (const Atom* atom : mol.atoms()) {
    const std::int32_t node = node_of_atom[atom->getIdx()];
    const auto chirality = canonical ? chirality_by_rank(mol, *atom, node_of_atom) : atom->getChiralTag();
    const AtomCodes codes = atom_codes(*atom, rings.numAtomRings(atom->getIdx()) > 0, chirality);
    std::copy(codes.begin(), codes.end(), graph.node_codes.begin() + std::ptrdiff_t{node} * kNumAtomColumns);
    result.atom_of_node[static_cast<std::size_t>(node)] = static_cast<std::int32_t>(atom->getIdx());
  }
  if (options.atom_values || options.molecule_values) add_values(mol, options, result);
  return result;
}

// With hydrogens as nodes. They stand behind the other atoms of RDKit's molecule.
MolecularGraph graph_of_all_atoms(const RDKit::ROMol& mol, FeaturizeOptions options) {
  const std::unique_ptr<const RDKit::ROMol> full(RDKit::MolOps::addHs(mol));
  const bool with_molecule_values = std::exchange(options.molecule_values, false);
  MolecularGraph result = graph_of_atoms(*full, options);
  for (std::int32_t& atom : result.atom_of_node) {
    if (atom < static_cast<std::int32_t>(mol.getNumAtoms())) continue;
    const Atom* hydrogen = full->getAtomWithIdx(static_cast<unsigned>(atom));
    atom =
        static_cast<std::int32_t>((*full->atomBonds(hydrogen).begin())->getOtherAtomIdx(hydrogen->getIdx()));
  }
  if (with_molecule_values) {
    const Structure structure(mol);
    add_molecule_values(structure, AtomContributions(structure), result.graph);
  }
  return result;
}

MolecularGraph graph_of(const RDKit::ROMol& mol, const FeaturizeOptions& options) {
  return options.hydrogens ? graph_of_all_atoms(mol, options) : graph_of_atoms(mol, options);
}

// The graph of the canonical SMILES, which is parsed again. Nothing if that does not give the atoms of `mol` back.
std::optional<MolecularGraph> graph_of_canonical_smiles(const RDKit::ROMol& mol,
                                                        const FeaturizeOptions& options) try {
  const RDKit::ROMol copy(mol);  // writing SMILES stores properties in the molecule
  const Molecule again = parse_smiles(RDKit::MolToSmiles(copy));
  const auto written =
      copy.getProp<std::vector<unsigned int>>(RDKit::common_properties::_smilesAtomOutputOrder);
  if (rdkit_mol(again).getNumAtoms() != mol.getNumAtoms()) return std::nullopt;
  MolecularGraph result = graph_of(rdkit_mol(again), options);
  for (std::int32_t& atom : result.atom_of_node) {
    atom = static_cast<std::int32_t>(written.at(static_cast<std::size_t>(atom)));
  }
  return result;
} catch (const MoleculeError&) {
  return std::nullopt;
}

MolecularGraph oriented_graph(const RDKit::ROMol& mol, const FeaturizeOptions& options) {
  // Two equal paths around a ring can be ranked either way, and the chirality codes at their ends depend on it. The
  // canonical SMILES decides which way is taken.
  if (options.orientation == BondOrientation::kCanonicalRank && has_ring_stereo(mol)) {
    if (std::optional<MolecularGraph> graph = graph_of_canonical_smiles(mol, options))
      return *std::move(graph);
  }
  return graph_of(mol, options);
}

}  // namespace

std::string_view name(BondOrientation orientation) {
  return name_of(kOrientationNames, orientation);
}

BondOrientation bond_orientation(std::string_view name) {
  return parse_named(kOrientationNames, "orientation", name);
}

void check_columns(const FeaturizeOptions& options, std::span<const double> columns) {
  const std::vector<std::string>& names = options.columns;
  if (names.size() != columns.size()) {
    throw ShapeError(fmt::format("{} numbers are given beside the molecule, expected {}{}", columns.size(),
                                 names.size(),
                                 names.empty() ? "" : fmt::format(" ({})", fmt::join(names, ", "))));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::isnan(columns[i]) || std::isfinite(static_cast<float>(columns[i]))) continue;
    throw ConfigError(fmt::format("'{}' is {}, expected a number of at most {:.3g}", names[i], columns[i],
                                  std::numeric_limits<float>::max()));
  }
}

std::vector<std::int32_t> node_vocabulary_sizes(const FeaturizeOptions& options) {
  std::vector<std::int32_t> sizes = vocabulary_sizes(atom_columns());
  if (!options.molecules.empty()) sizes.push_back(static_cast<std::int32_t>(options.molecules.size()));
  return sizes;
}

MolecularGraph featurize(const Molecule& molecule, const FeaturizeOptions& options,
                         std::span<const double> columns) {
  return featurize(std::span(&molecule, 1), options, columns);
}

MolecularGraph featurize(std::span<const Molecule> row, const FeaturizeOptions& options,
                         std::span<const double> columns) {
  check_columns(options, columns);
  if (row.size() != options.num_molecules()) {
    throw ShapeError(fmt::format(
        "a row has {} molecules, expected {}{}", row.size(), options.num_molecules(),
        options.molecules.empty() ? "" : fmt::format(" ({})", fmt::join(options.molecules, ", "))));
  }
  std::vector<MolecularGraph> parts;
  for (const Molecule& molecule : row) {
    MolecularGraph& part = parts.emplace_back(oriented_graph(rdkit_mol(molecule), options));
    if (options.counts) part.graph.graph_counts = substructure_counts(molecule);
  }
  MolecularGraph result = parts.size() == 1 ? std::move(parts.front()) : join_graphs(parts);
  for (const double value : columns) result.graph.graph_values.push_back(static_cast<float>(value));
  result.graph.graph_value_width += static_cast<std::int32_t>(columns.size());
  return result;
}

}  // namespace plstm
