#include "chem/things/graph_places.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <utility>

#include <GraphMol/GraphMol.h>
#include <GraphMol/RingInfo.h>
#include <GraphMol/new_canon.h>

#include "chem/large/large_molecule.hpp"
#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

using Numbers = std::vector<std::int32_t>;

std::size_t index(std::int32_t i) {
  return static_cast<std::size_t>(i);
}

// Equal for atoms that are alike, however the molecule is written.
Numbers atom_classes(const RDKit::ROMol& mol) {
  if (is_large(mol)) return large_molecule_classes(mol);
  constexpr bool kBreakTies = false;
  // With such centres RDKit's ranks depend on how the molecule is written, so that no centre counts then.
  const bool chirality = !has_ring_stereo(mol);
  std::vector<unsigned> ranks;
  RDKit::Canon::rankMolAtoms(mol, ranks, kBreakTies, chirality);
  return {ranks.begin(), ranks.end()};
}

// Numbers of equal keys, in the order of the keys.
template <class Key>
Numbers numbered(const std::vector<Key>& keys) {
  std::map<Key, std::int32_t> numbers;
  for (const Key& key : keys) numbers.emplace(key, 0);
  std::int32_t next = 0;
  for (auto& [key, number] : numbers) number = next++;
  Numbers result;
  for (const Key& key : keys) result.push_back(numbers.at(key));
  return result;
}

}  // namespace

GraphPlaces::GraphPlaces(const RDKit::ROMol& mol, const MolecularGraph& graph)
    : node_of_atom(mol.getNumAtoms(), -1),
      edge_of_bond(mol.getNumBonds(), -1),
      hydrogens(mol.getNumAtoms()),
      edge_of_hydrogen(graph.atom_of_node.size(), -1) {
  const std::span<const Arc> edges = graph.graph.dag.edges();
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const std::int32_t tail = graph.atom_of_node[index(edges[e].tail)];
    const std::int32_t head = graph.atom_of_node[index(edges[e].head)];
    if (tail != head) {
      const RDKit::Bond* bond =
          mol.getBondBetweenAtoms(static_cast<unsigned>(tail), static_cast<unsigned>(head));
      edge_of_bond[bond->getIdx()] = static_cast<std::int32_t>(e);
      continue;
    }
    // An edge to a hydrogen that the molecule has no atom for. In [HH] either may be it.
    const auto is_hydrogen = [&](NodeId node) { return graph.graph.node_codes[index(node) * 9] == 0; };
    const NodeId hydrogen = is_hydrogen(edges[e].head) ? edges[e].head : edges[e].tail;
    edge_of_hydrogen[index(hydrogen)] = static_cast<std::int32_t>(e);
  }
  for (std::size_t node = 0; node < graph.atom_of_node.size(); ++node) {
    const std::size_t atom = index(graph.atom_of_node[node]);
    if (edge_of_hydrogen[node] < 0) {
      node_of_atom[atom] = static_cast<std::int32_t>(node);
    } else {
      hydrogens[atom].push_back(static_cast<std::int32_t>(node));
    }
  }
}

std::vector<std::int32_t> node_classes(const RDKit::ROMol& mol, const MolecularGraph& graph,
                                       const GraphPlaces& places) {
  const Numbers of_atoms = atom_classes(mol);
  std::vector<std::pair<std::int32_t, bool>> keys;
  for (std::size_t node = 0; node < graph.atom_of_node.size(); ++node) {
    keys.emplace_back(of_atoms[index(graph.atom_of_node[node])], places.edge_of_hydrogen[node] >= 0);
  }
  return numbered(keys);
}

// Bonds between atoms of the same classes may still differ in kind or in the rings that they are in.
std::vector<std::int32_t> edge_classes(const RDKit::ROMol& mol, const MolecularGraph& graph,
                                       const GraphPlaces& places) {
  const Numbers of_nodes = node_classes(mol, graph, places);
  const std::span<const Arc> edges = graph.graph.dag.edges();
  std::vector<std::array<std::int32_t, 5>> keys(edges.size(), {0, 0, 0, 0, 0});
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const auto [low, high] = std::minmax(of_nodes[index(edges[e].tail)], of_nodes[index(edges[e].head)]);
    keys[e][0] = low;
    keys[e][1] = high;
  }
  for (const RDKit::Bond* bond : mol.bonds()) {
    auto& key = keys[index(places.edge_of_bond[bond->getIdx()])];
    key[2] = static_cast<std::int32_t>(bond->getBondType());
    key[3] = bond->getIsConjugated() ? 1 : 0;
    key[4] = static_cast<std::int32_t>(mol.getRingInfo()->minBondRingSize(bond->getIdx()));
  }
  return numbered(keys);
}

}  // namespace plstm
