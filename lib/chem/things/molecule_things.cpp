#include "plstm/chem/things/molecule_things.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <GraphMol/GraphMol.h>
#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "chem/molecule_impl.hpp"
#include "chem/things/graph_places.hpp"
#include "chem/things/written_molecule.hpp"

namespace plstm {
namespace {

using Numbers = std::vector<std::int32_t>;

std::size_t index(std::int32_t i) {
  return static_cast<std::size_t>(i);
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
  Hydrogens(const WrittenMolecule& written, const GraphPlaces& places) : next_(places.hydrogens.size(), 0) {
    of_written_.assign(written.atoms.size(), -1);
    if (std::ranges::all_of(places.hydrogens, &Numbers::empty)) return;
    for (std::size_t i = 0; i < written.atoms.size(); ++i) {
      if (written.atoms[i] >= 0) continue;
      const std::size_t carrier = index(written.carriers[i]);
      of_written_[i] = places.hydrogens[carrier].at(next_[carrier]++);
    }
    auto number = static_cast<std::int32_t>(written.atoms.size());
    for (std::size_t carrier = 0; carrier < next_.size(); ++carrier) {
      for (std::size_t i = next_[carrier]; i < places.hydrogens[carrier].size(); ++i) {
        others_.push_back({places.hydrogens[carrier][i], static_cast<std::int32_t>(carrier), number++});
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
                        const GraphPlaces& places) {
  const Hydrogens hydrogens(written, places);
  MoleculeThings result;
  result.level = Readout::kNode;
  result.classes = node_classes(mol, graph, places);
  const auto add = [&](std::int32_t node, std::int32_t atom, std::int32_t number) {
    result.things.push_back(node);
    result.numbers.push_back(number);
    result.symbols.push_back(symbol_of(mol, atom));
  };
  for (std::size_t i = 0; i < written.atoms.size(); ++i) {
    const std::int32_t atom = written.atoms[i];
    const std::int32_t node = atom >= 0 ? places.node_of_atom[index(atom)] : hydrogens.node_of_written(i);
    const auto row = static_cast<std::int32_t>(result.num_rows());
    result.row_of_written.push_back(node >= 0 ? row : -1);
    if (atom >= 0) result.rows_of_molecule.push_back(row);
    if (node >= 0) add(node, atom, static_cast<std::int32_t>(i));
  }
  for (const Hydrogen& hydrogen : hydrogens.others()) add(hydrogen.node, -1, hydrogen.number);
  return result;
}

MoleculeThings bonds_of(const RDKit::ROMol& mol, const WrittenMolecule& written, const MolecularGraph& graph,
                        const GraphPlaces& places) {
  const Hydrogens hydrogens(written, places);
  MoleculeThings result;
  result.level = Readout::kEdge;
  result.classes = edge_classes(mol, graph, places);
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
    std::int32_t edge = bond >= 0 ? places.edge_of_bond[index(bond)] : -1;
    for (const std::int32_t end : ends) {
      const std::int32_t node = bond >= 0 ? -1 : hydrogens.node_of_written(index(end));
      if (node >= 0) edge = places.edge_of_hydrogen[index(node)];
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
    add(places.edge_of_hydrogen[index(hydrogen.node)], number++,
        {written_of_atom[index(hydrogen.carrier)], hydrogen.number}, symbol_of(mol, hydrogen.carrier) + "-H");
  }
  return result;
}

MoleculeThings things_of(const WrittenMolecule& written, const Molecule& molecule,
                         const MolecularGraph& graph, Readout level) {
  const RDKit::ROMol& mol = rdkit_mol(molecule);
  const GraphPlaces places(mol, graph);
  return level == Readout::kNode ? atoms_of(mol, written, graph, places)
                                 : bonds_of(mol, written, graph, places);
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
