#include "plstm/chem/things/molecule_things.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include <GraphMol/GraphMol.h>
#include <GraphMol/PeriodicTable.h>
#include <GraphMol/RingInfo.h>
#include <GraphMol/new_canon.h>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "chem/large_molecule.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/things/written_molecule.hpp"

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

// The nodes of a graph as atoms of the molecule and hydrogens beside them.
struct Nodes {
  Nodes(const RDKit::ROMol& mol, const MolecularGraph& graph)
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

  Numbers node_of_atom;            // [atoms]
  Numbers edge_of_bond;            // [bonds]
  std::vector<Numbers> hydrogens;  // [atoms] nodes, ascending
  Numbers edge_of_hydrogen;        // [nodes] of a hydrogen; -1 for others
};

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

Numbers node_classes(const RDKit::ROMol& mol, const MolecularGraph& graph, const Nodes& nodes) {
  const Numbers of_atoms = atom_classes(mol);
  std::vector<std::pair<std::int32_t, bool>> keys;
  for (std::size_t node = 0; node < graph.atom_of_node.size(); ++node) {
    keys.emplace_back(of_atoms[index(graph.atom_of_node[node])], nodes.edge_of_hydrogen[node] >= 0);
  }
  return numbered(keys);
}

// Bonds between atoms of the same classes may still differ in kind or in the rings that they are in.
Numbers edge_classes(const RDKit::ROMol& mol, const MolecularGraph& graph, const Nodes& nodes) {
  const Numbers of_nodes = node_classes(mol, graph, nodes);
  const std::span<const Arc> edges = graph.graph.dag.edges();
  std::vector<std::array<std::int32_t, 5>> keys(edges.size(), {0, 0, 0, 0, 0});
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const auto [low, high] = std::minmax(of_nodes[index(edges[e].tail)], of_nodes[index(edges[e].head)]);
    keys[e][0] = low;
    keys[e][1] = high;
  }
  for (const RDKit::Bond* bond : mol.bonds()) {
    auto& key = keys[index(nodes.edge_of_bond[bond->getIdx()])];
    key[2] = static_cast<std::int32_t>(bond->getBondType());
    key[3] = bond->getIsConjugated() ? 1 : 0;
    key[4] = static_cast<std::int32_t>(mol.getRingInfo()->minBondRingSize(bond->getIdx()));
  }
  return numbered(keys);
}

std::string symbol_of(const RDKit::ROMol& mol, std::int32_t atom) {
  return atom < 0 ? "H" : mol.getAtomWithIdx(static_cast<unsigned>(atom))->getSymbol();
}

const char* bond_symbol(const RDKit::ROMol& mol, std::int32_t bond) {
  if (bond < 0) return "-";
  switch (mol.getBondWithIdx(static_cast<unsigned>(bond))->getBondType()) {
    case RDKit::Bond::SINGLE:
      return "-";
    case RDKit::Bond::DOUBLE:
      return "=";
    case RDKit::Bond::TRIPLE:
      return "#";
    case RDKit::Bond::AROMATIC:
      return ":";
    case RDKit::Bond::DATIVE:
      return "->";
    default:
      return "~";
  }
}

// A hydrogen of the graph that the molecule counts at an atom.
struct Hydrogen {
  std::int32_t node, carrier, number;
};

// Hydrogens as rows: which of the nodes beside an atom a written hydrogen is, and which are left.
class Hydrogens {
 public:
  Hydrogens(const WrittenMolecule& written, const Nodes& nodes) : next_(nodes.hydrogens.size(), 0) {
    of_written_.assign(written.atoms.size(), -1);
    if (std::ranges::all_of(nodes.hydrogens, &Numbers::empty)) return;
    for (std::size_t i = 0; i < written.atoms.size(); ++i) {
      if (written.atoms[i] >= 0) continue;
      const std::size_t carrier = index(written.carriers[i]);
      of_written_[i] = nodes.hydrogens[carrier].at(next_[carrier]++);
    }
    auto number = static_cast<std::int32_t>(written.atoms.size());
    for (std::size_t carrier = 0; carrier < next_.size(); ++carrier) {
      for (std::size_t i = next_[carrier]; i < nodes.hydrogens[carrier].size(); ++i) {
        others_.push_back({nodes.hydrogens[carrier][i], static_cast<std::int32_t>(carrier), number++});
      }
    }
  }

  std::int32_t node_of_written(std::size_t atom) const { return of_written_[atom]; }
  const std::vector<Hydrogen>& others() const { return others_; }

 private:
  std::vector<std::size_t> next_;
  Numbers of_written_;
  std::vector<Hydrogen> others_;
};

MoleculeThings atoms_of(const RDKit::ROMol& mol, const WrittenMolecule& written, const MolecularGraph& graph,
                        const Nodes& nodes) {
  const Hydrogens hydrogens(written, nodes);
  MoleculeThings result;
  result.level = Readout::kNode;
  result.classes = node_classes(mol, graph, nodes);
  const auto add = [&](std::int32_t node, std::int32_t atom, std::int32_t number) {
    result.things.push_back(node);
    result.numbers.push_back(number);
    result.symbols.push_back(symbol_of(mol, atom));
  };
  for (std::size_t i = 0; i < written.atoms.size(); ++i) {
    const std::int32_t atom = written.atoms[i];
    const std::int32_t node = atom >= 0 ? nodes.node_of_atom[index(atom)] : hydrogens.node_of_written(i);
    const auto row = static_cast<std::int32_t>(result.num_rows());
    result.row_of_written.push_back(node >= 0 ? row : -1);
    if (atom >= 0) result.rows_of_molecule.push_back(row);
    if (node >= 0) add(node, atom, static_cast<std::int32_t>(i));
  }
  for (const Hydrogen& hydrogen : hydrogens.others()) add(hydrogen.node, -1, hydrogen.number);
  return result;
}

MoleculeThings bonds_of(const RDKit::ROMol& mol, const WrittenMolecule& written, const MolecularGraph& graph,
                        const Nodes& nodes) {
  const Hydrogens hydrogens(written, nodes);
  MoleculeThings result;
  result.level = Readout::kEdge;
  result.classes = edge_classes(mol, graph, nodes);
  const auto add = [&](std::int32_t edge, std::int32_t number, const std::array<std::int32_t, 2>& ends,
                       std::string symbol) {
    result.things.push_back(edge);
    result.numbers.push_back(number);
    result.ends.insert(result.ends.end(), ends.begin(), ends.end());
    result.symbols.push_back(std::move(symbol));
  };
  for (std::size_t i = 0; i < written.bonds.size(); ++i) {
    const std::int32_t bond = written.bonds[i];
    std::array<std::int32_t, 2> ends = written.ends[i];
    if (ends[0] > ends[1]) std::swap(ends[0], ends[1]);
    std::int32_t edge = bond >= 0 ? nodes.edge_of_bond[index(bond)] : -1;
    for (const std::int32_t end : ends) {
      const std::int32_t node = bond >= 0 ? -1 : hydrogens.node_of_written(index(end));
      if (node >= 0) edge = nodes.edge_of_hydrogen[index(node)];
    }
    const auto row = static_cast<std::int32_t>(result.num_rows());
    result.row_of_written.push_back(edge >= 0 ? row : -1);
    if (bond >= 0) result.rows_of_molecule.push_back(row);
    if (edge < 0) continue;
    add(edge, static_cast<std::int32_t>(i), ends,
        symbol_of(mol, written.atoms[index(ends[0])]) + bond_symbol(mol, bond) +
            symbol_of(mol, written.atoms[index(ends[1])]));
  }
  auto number = static_cast<std::int32_t>(written.bonds.size());
  Numbers written_of_atom(mol.getNumAtoms(), -1);
  for (std::size_t i = 0; i < written.atoms.size(); ++i) {
    if (written.atoms[i] >= 0) written_of_atom[index(written.atoms[i])] = static_cast<std::int32_t>(i);
  }
  for (const Hydrogen& hydrogen : hydrogens.others()) {
    add(nodes.edge_of_hydrogen[index(hydrogen.node)], number++,
        {written_of_atom[index(hydrogen.carrier)], hydrogen.number}, symbol_of(mol, hydrogen.carrier) + "-H");
  }
  return result;
}

MoleculeThings things_of(const WrittenMolecule& written, const Molecule& molecule,
                         const MolecularGraph& graph, Readout level) {
  const RDKit::ROMol& mol = rdkit_mol(molecule);
  const Nodes nodes(mol, graph);
  return level == Readout::kNode ? atoms_of(mol, written, graph, nodes)
                                 : bonds_of(mol, written, graph, nodes);
}

void check_level(Readout level) {
  if (level == Readout::kGraph) {
    throw ConfigError("MoleculeThings: values of whole molecules belong to no atom and to no bond");
  }
}

}  // namespace

MoleculeThings things_of_smiles(std::string_view smiles, const Molecule& molecule,
                                const MolecularGraph& graph, Readout level) {
  check_level(level);
  return things_of(written_smiles(smiles, molecule), molecule, graph, level);
}

MoleculeThings things_of_mol_block(const std::string& mol_block, const Molecule& molecule,
                                   const MolecularGraph& graph, Readout level) {
  check_level(level);
  return things_of(written_mol_block(mol_block, molecule), molecule, graph, level);
}

std::vector<std::int32_t> rows_of_list(const MoleculeThings& things, std::size_t length) {
  if (length == things.num_rows()) {
    Numbers rows(length);
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  if (length == things.row_of_written.size()) return things.row_of_written;
  if (length == things.rows_of_molecule.size()) return things.rows_of_molecule;
  const bool bonds = things.level == Readout::kEdge;
  std::string others;
  const std::size_t fewest = things.rows_of_molecule.size();
  for (const std::size_t more : {things.row_of_written.size(), things.num_rows()}) {
    if (more != fewest && (others.empty() || more != things.row_of_written.size())) {
      others += fmt::format("{}{}", others.empty() ? "" : " or ", more);
    }
  }
  throw ShapeError(fmt::format("{} {} for {} {}{}", length, length == 1 ? "value" : "values", fewest,
                               bonds ? (fewest == 1 ? "bond" : "bonds") : (fewest == 1 ? "atom" : "atoms"),
                               others.empty() ? "" : fmt::format(" ({} with hydrogens)", others)));
}

}  // namespace plstm
