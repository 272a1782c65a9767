#include "chem/large/large_molecule.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/RingInfo.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include "chem/large/double_bonds.hpp"
#include "chem/large/refinement.hpp"

namespace plstm {

namespace {

using RDKit::Atom;
using RDKit::Bond;

bool has_tag(const Atom& atom) {
  return atom.getChiralTag() == Atom::CHI_TETRAHEDRAL_CW || atom.getChiralTag() == Atom::CHI_TETRAHEDRAL_CCW;
}

// Four neighbours with at most one hydrogen, or three and a lone pair that stays where it is.
bool can_be_centre(const Atom& atom) {
  const unsigned degree = atom.getDegree(), hydrogens = atom.getTotalNumHs();
  if (degree + hydrogens == 4) return hydrogens <= 1;
  const int z = atom.getAtomicNum();
  return degree == 3 && hydrogens == 0 && (z == 15 || z == 16 || z == 33 || z == 34);
}

std::vector<std::uint64_t> atom_colours(const RDKit::ROMol& mol) {
  using Key = std::array<int, 9>;
  const RDKit::RingInfo& rings = *mol.getRingInfo();
  std::vector<Key> keys;
  for (const Atom* atom : mol.atoms()) {
    keys.push_back({atom->getAtomicNum(), static_cast<int>(atom->getDegree()),
                    static_cast<int>(atom->getTotalNumHs()), atom->getFormalCharge(),
                    static_cast<int>(atom->getIsotope()), static_cast<int>(atom->getNumRadicalElectrons()),
                    static_cast<int>(atom->getHybridization()), atom->getIsAromatic() ? 1 : 0,
                    rings.numAtomRings(atom->getIdx()) > 0 ? 1 : 0});
  }
  std::vector<Key> sorted = keys;
  std::ranges::sort(sorted);
  std::vector<std::uint64_t> colours;
  for (const Key& key : keys) {
    colours.push_back(static_cast<std::uint64_t>(std::ranges::lower_bound(sorted, key) - sorted.begin()));
  }
  return colours;
}

ColouredGraph coloured_graph(const RDKit::ROMol& mol) {
  ColouredGraph graph;
  graph.neighbours.resize(mol.getNumAtoms());
  for (const Bond* bond : mol.bonds()) {
    const auto begin = bond->getBeginAtomIdx(), end = bond->getEndAtomIdx();
    const std::uint32_t colour = static_cast<std::uint32_t>(bond->getBondType()) * 3;
    const bool directed = bond->getBondType() == Bond::DATIVE;
    graph.neighbours[begin].push_back({static_cast<std::int32_t>(end), colour + (directed ? 1 : 0)});
    graph.neighbours[end].push_back({static_cast<std::int32_t>(begin), colour + (directed ? 2 : 0)});
  }
  return graph;
}

// 1 or 2 for a centre, by its tag and the order of its neighbours' cells; 0 for other atoms and for a centre with two
// neighbours in one cell.
std::uint64_t handedness(const RDKit::ROMol& mol, const Atom& atom, const Refinement& refinement) {
  if (!has_tag(atom) || !can_be_centre(atom)) return 0;
  std::vector<std::int32_t> cells;
  for (const Bond* bond : mol.atomBonds(&atom)) {
    cells.push_back(refinement.cell(static_cast<std::int32_t>(bond->getOtherAtomIdx(atom.getIdx()))));
  }
  bool clockwise = atom.getChiralTag() == Atom::CHI_TETRAHEDRAL_CW;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (cells[i] == cells[j]) return 0;
      clockwise ^= cells[j] > cells[i];
    }
  }
  return clockwise ? 2 : 1;
}

// Refines by what atoms are, then by the centres and double bonds that this tells apart, as long as they tell more atoms
// apart. Returns the hands of the centres.
std::vector<std::uint64_t> refine_with_stereo(const RDKit::ROMol& mol, Refinement& refinement) {
  constexpr std::uint64_t kHands = 3;
  refinement.split(atom_colours(mol));
  std::vector<std::uint64_t> hands(mol.getNumAtoms(), 0);
  for (std::ptrdiff_t found = 0;;) {
    std::ptrdiff_t now = 0;
    for (const Atom* atom : mol.atoms()) {
      hands[atom->getIdx()] = handedness(mol, *atom, refinement);
      now += hands[atom->getIdx()] != 0 ? 1 : 0;
    }
    std::vector<std::uint64_t> values = hands;
    for (const Bond* bond : mol.bonds()) {
      const std::uint64_t value = configuration(mol, *bond, refinement);
      for (const auto end : {bond->getBeginAtomIdx(), bond->getEndAtomIdx()}) values[end] += kHands * value;
      now += value != 0 ? 1 : 0;
    }
    if (now == found) return hands;
    found = now;
    refinement.split(values);
  }
}

std::vector<std::int32_t> cells_of(const RDKit::ROMol& mol, bool break_ties) {
  const ColouredGraph graph = coloured_graph(mol);
  Refinement refinement(graph);
  refine_with_stereo(mol, refinement);
  if (break_ties) refinement.break_ties();
  std::vector<std::int32_t> cells(mol.getNumAtoms());
  for (std::size_t atom = 0; atom < cells.size(); ++atom) {
    cells[atom] = refinement.cell(static_cast<std::int32_t>(atom));
  }
  return cells;
}

}  // namespace

bool is_large(const RDKit::ROMol& mol) {
  if (mol.getNumAtoms() <= kMaxRankedAtoms) return false;
  unsigned heavy = 0;
  for (const Atom* atom : mol.atoms()) heavy += atom->getAtomicNum() != 1 ? 1 : 0;
  return heavy > kMaxRankedAtoms;
}

void finish_large_molecule(RDKit::RWMol& mol) {
  read_double_bonds(mol);
  const ColouredGraph graph = coloured_graph(mol);
  Refinement refinement(graph);
  const std::vector<std::uint64_t> hands = refine_with_stereo(mol, refinement);
  for (Atom* atom : mol.atoms()) {
    if (hands[atom->getIdx()] == 0) atom->setChiralTag(Atom::CHI_UNSPECIFIED);
  }
  name_double_bonds(mol, refinement);
  mol.setProp(RDKit::common_properties::_StereochemDone, 1, true);
}

std::vector<std::int32_t> large_molecule_order(const RDKit::ROMol& mol) {
  const bool break_ties = true;
  return cells_of(mol, break_ties);
}

std::vector<std::int32_t> large_molecule_classes(const RDKit::ROMol& mol) {
  const bool break_ties = false;
  return cells_of(mol, break_ties);
}

std::string large_molecule_smiles(const RDKit::ROMol& mol) {
  const std::vector<std::int32_t> order = large_molecule_order(mol);
  std::vector<unsigned> atoms(order.size());
  for (std::size_t atom = 0; atom < order.size(); ++atom) {
    atoms[static_cast<std::size_t>(order[atom])] = static_cast<unsigned>(atom);
  }
  const std::unique_ptr<RDKit::ROMol> ordered(RDKit::MolOps::renumberAtoms(mol, atoms));
  ordered->setProp(RDKit::common_properties::_StereochemDone, 1, true);
  RDKit::SmilesWriteParams params;
  params.canonical = false;
  return RDKit::MolToSmiles(*ordered, params);
}

}  // namespace plstm
