#include "chem/values/structure.hpp"

#include <utility>

#include <GraphMol/GraphMol.h>
#include <GraphMol/RingInfo.h>

namespace plstm {
namespace {

BondKind kind_of(RDKit::Bond::BondType type) {
  switch (type) {
    case RDKit::Bond::SINGLE:
      return BondKind::kSingle;
    case RDKit::Bond::DOUBLE:
      return BondKind::kDouble;
    case RDKit::Bond::TRIPLE:
      return BondKind::kTriple;
    case RDKit::Bond::AROMATIC:
      return BondKind::kAromatic;
    default:
      return BondKind::kOther;
  }
}

AtomFacts facts_of(const RDKit::Atom& atom, const RDKit::RingInfo& rings) {
  const auto small = [](auto value) { return static_cast<std::int16_t>(value); };
  AtomFacts facts;
  facts.mass = atom.getMass();
  facts.element = small(atom.getAtomicNum());
  facts.charge = small(atom.getFormalCharge());
  facts.implicit_hydrogens = small(atom.getTotalNumHs(false));
  facts.hydrogens = facts.implicit_hydrogens;
  facts.bond_valence = small(atom.getExplicitValence() - static_cast<int>(atom.getNumExplicitHs()));
  facts.valence = small(atom.getTotalValence());
  facts.rings = small(rings.numAtomRings(atom.getIdx()));
  facts.hybridization = static_cast<std::uint8_t>(atom.getHybridization());
  facts.aromatic = atom.getIsAromatic();
  facts.in_ring_of_3 = facts.rings > 0 && rings.isAtomInRingOfSize(atom.getIdx(), 3);
  return facts;
}

}  // namespace

Structure::Structure(const RDKit::ROMol& mol) : mol_(&mol) {
  const RDKit::RingInfo& rings = *mol.getRingInfo();
  atoms_.reserve(mol.getNumAtoms());
  bonds_.reserve(mol.getNumBonds());
  for (const RDKit::Atom* atom : mol.atoms()) atoms_.push_back(facts_of(*atom, rings));
  first_link_.assign(atoms_.size() + 1, 0);
  for (const RDKit::Bond* bond : mol.bonds()) {
    const auto begin = bond->getBeginAtomIdx(), end = bond->getEndAtomIdx();
    bonds_.push_back({static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end),
                      static_cast<std::int16_t>(rings.numBondRings(bond->getIdx())),
                      kind_of(bond->getBondType()), bond->getIsAromatic(), bond->getIsConjugated()});
    for (const auto& [atom, other] : {std::pair{begin, end}, std::pair{end, begin}}) {
      ++first_link_[atom + 1];
      ++atoms_[atom].degree;
      if (atoms_[other].is(1)) ++atoms_[atom].hydrogens;
    }
  }
  for (std::size_t i = 0; i < atoms_.size(); ++i) first_link_[i + 1] += first_link_[i];
  links_.resize(2 * bonds_.size());
  std::vector<std::size_t> next(first_link_.begin(), first_link_.end() - 1);
  for (std::size_t i = 0; i < bonds_.size(); ++i) {
    const auto bond = static_cast<std::int32_t>(i);
    links_[next[static_cast<std::size_t>(bonds_[i].begin)]++] = {bonds_[i].end, bond};
    links_[next[static_cast<std::size_t>(bonds_[i].end)]++] = {bonds_[i].begin, bond};
  }
}

}  // namespace plstm
