#include "chem/large/double_bonds.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include <GraphMol/Chirality.h>
#include <GraphMol/FileParsers/MolFileStereochem.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/PeriodicTable.h>
#include <GraphMol/RingInfo.h>

#include "chem/large/refinement.hpp"

namespace plstm {
namespace {

using RDKit::Atom;
using RDKit::Bond;

bool is_cis(const Bond& bond) {
  return bond.getStereo() == Bond::STEREOCIS || bond.getStereo() == Bond::STEREOZ;
}

bool has_configuration(const Bond& bond) {
  const bool trans = bond.getStereo() == Bond::STEREOTRANS || bond.getStereo() == Bond::STEREOE;
  return bond.getBondType() == Bond::DOUBLE && (is_cis(bond) || trans) && bond.getStereoAtoms().size() == 2;
}

void forget(Bond& bond) {
  bond.setStereo(Bond::STEREONONE);
  bond.getStereoAtoms().clear();
}

// An end of a double bond: the neighbour that its stereochemistry names, and the other one, or -1.
struct End {
  int named = -1, other = -1;
};

std::array<End, 2> ends_of(const RDKit::ROMol& mol, const Bond& bond) {
  std::array<End, 2> ends;
  for (std::size_t i = 0; i < 2; ++i) {
    const Atom* atom = i == 0 ? bond.getBeginAtom() : bond.getEndAtom();
    ends[i].named = bond.getStereoAtoms()[i];
    for (const Bond* beside : mol.atomBonds(atom)) {
      const auto neighbour = static_cast<int>(beside->getOtherAtomIdx(atom->getIdx()));
      if (beside->getIdx() != bond.getIdx() && neighbour != ends[i].named) ends[i].other = neighbour;
    }
  }
  return ends;
}

// Ranks of atoms by their elements and isotopes, then again and again by those of their neighbours.
class PriorityRanks {
 public:
  explicit PriorityRanks(const RDKit::ROMol& mol) : mol_(mol) {
    std::vector<std::vector<int>> keys;
    for (const Atom* atom : mol.atoms()) {
      int mass = 0;
      if (const auto isotope = static_cast<int>(atom->getIsotope()); isotope != 0) {
        mass = isotope - RDKit::PeriodicTable::getTable()->getMostCommonIsotope(
                             static_cast<unsigned>(atom->getAtomicNum()));
        if (mass >= 0) ++mass;
      }
      keys.push_back({atom->getAtomicNum(), mass});
    }
    rank(keys);
  }

  int of(int atom) const { return ranks_[static_cast<std::size_t>(atom)]; }
  int num_ranks() const { return num_ranks_; }

  void refine() {
    std::vector<std::vector<int>> keys;
    for (const Atom* atom : mol_.atoms()) {
      std::vector<int>& key = keys.emplace_back(1, ranks_[atom->getIdx()]);
      for (const Bond* bond : mol_.atomBonds(atom)) {
        const Atom& neighbour = *bond->getOtherAtom(atom);
        // A neighbour counts by twice the order of its bond, but for bonds such as P=O, which are no true ones.
        const bool phosphorus = neighbour.getAtomicNum() == 15 && neighbour.getDegree() >= 3 &&
                                neighbour.getDegree() <= 4 && bond->getBondType() == Bond::DOUBLE;
        key.insert(key.end(), phosphorus ? 1 : RDKit::getTwiceBondType(*bond),
                   ranks_[neighbour.getIdx()] + 1);
      }
      std::sort(key.begin() + 1, key.end(), std::greater<>());
      if (!atom->hasQuery()) key.insert(key.end(), atom->getTotalNumHs(), 0);
    }
    rank(keys);
  }

 private:
  void rank(const std::vector<std::vector<int>>& keys) {
    std::vector<std::size_t> order(keys.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; });
    ranks_.resize(keys.size());
    num_ranks_ = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i == 0 || keys[order[i]] != keys[order[i - 1]]) ++num_ranks_;
      ranks_[order[i]] = num_ranks_;
    }
  }

  const RDKit::ROMol& mol_;
  std::vector<int> ranks_;
  int num_ranks_ = 0;
};

// Refined until the neighbours of each end differ, or as often as it is worth.
PriorityRanks ranks_for(const RDKit::ROMol& mol, const std::vector<std::pair<int, int>>& neighbours) {
  constexpr int kMostRounds = 20;
  PriorityRanks ranks(mol);
  for (int round = 0, before = 0; round < kMostRounds && ranks.num_ranks() != before; ++round) {
    const bool decided = std::ranges::all_of(
        neighbours, [&](const auto& pair) { return ranks.of(pair.first) != ranks.of(pair.second); });
    if (decided) break;
    before = ranks.num_ranks();
    ranks.refine();
  }
  return ranks;
}

}  // namespace

void mark_by_places(RDKit::RWMol& mol) {
  if (mol.getNumConformers() == 0) return;
  RDKit::MolOps::clearSingleBondDirFlags(mol);  // wedges
  RDKit::MolOps::setDoubleBondNeighborDirections(mol, &mol.getConformer());
}

void read_double_bonds(RDKit::RWMol& mol) {
  for (Bond* bond : mol.bonds()) forget(*bond);
  RDKit::MolOps::setBondStereoFromDirections(mol);
  const RDKit::RingInfo& rings = *mol.getRingInfo();
  for (Bond* bond : mol.bonds()) {
    bond->setBondDir(Bond::NONE);
    const bool in_ring =
        rings.numBondRings(bond->getIdx()) > 0 &&
        rings.minBondRingSize(bond->getIdx()) < RDKit::Chirality::minRingSizeForDoubleBondStereo;
    if (!has_configuration(*bond) || in_ring) forget(*bond);
  }
}

std::uint64_t configuration(const RDKit::ROMol& mol, const Bond& bond, const Refinement& refinement) {
  if (!has_configuration(bond)) return 0;
  bool cis = is_cis(bond);
  for (const End& end : ends_of(mol, bond)) {
    if (end.other < 0) continue;
    const std::int32_t named = refinement.cell(end.named), other = refinement.cell(end.other);
    if (named == other) return 0;
    cis ^= other < named;
  }
  return cis ? 1 : 2;
}

void name_double_bonds(RDKit::RWMol& mol, const Refinement& refinement) {
  std::vector<std::pair<int, int>> neighbours;
  bool any = false;
  for (Bond* bond : mol.bonds()) {
    if (!has_configuration(*bond)) continue;
    if (configuration(mol, *bond, refinement) == 0) {
      forget(*bond);
      continue;
    }
    any = true;
    for (const End& end : ends_of(mol, *bond)) {
      if (end.other >= 0) neighbours.emplace_back(end.named, end.other);
    }
  }
  if (!any) return;
  const PriorityRanks ranks = ranks_for(mol, neighbours);
  const auto comes_first = [&](int a, int b) {
    if (ranks.of(a) != ranks.of(b)) return ranks.of(a) > ranks.of(b);
    return refinement.cell(a) < refinement.cell(b);
  };
  for (Bond* bond : mol.bonds()) {
    if (!has_configuration(*bond)) continue;
    bool cis = is_cis(*bond);
    std::array<unsigned, 2> first{};
    const std::array<End, 2> ends = ends_of(mol, *bond);
    for (std::size_t i = 0; i < 2; ++i) {
      const bool named_is_first = ends[i].other < 0 || comes_first(ends[i].named, ends[i].other);
      first[i] = static_cast<unsigned>(named_is_first ? ends[i].named : ends[i].other);
      cis ^= !named_is_first;
    }
    bond->setStereoAtoms(first[0], first[1]);
    bond->setStereo(cis ? Bond::STEREOZ : Bond::STEREOE);
  }
}

}  // namespace plstm
