#include "chem/descriptors/surroundings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <GraphMol/GraphMol.h>
#include <GraphMol/PeriodicTable.h>
#include <RDGeneral/hash/hash.hpp>

namespace plstm {
namespace {

// The number of an atom without its neighbours.
std::uint32_t number_of(const AtomFacts& atom) {
  const double usual = RDKit::PeriodicTable::getTable()->getAtomicWeight(static_cast<unsigned>(atom.element));
  const std::array<std::uint32_t, 6> components{
      static_cast<std::uint32_t>(atom.element),
      static_cast<std::uint32_t>(atom.total_degree()),
      static_cast<std::uint32_t>(atom.hydrogens),
      static_cast<std::uint32_t>(atom.charge),
      static_cast<std::uint32_t>(static_cast<int>(atom.mass - usual)),
      1};
  return gboost::hash_range(components.begin(), components.end() - (atom.rings > 0 ? 0 : 1));
}

// The number of a bond: its type, with E or Z of a double bond.
std::int32_t number_of(const RDKit::Bond& bond) {
  const auto type = static_cast<std::int32_t>(bond.getBondType());
  if (bond.getBondType() != RDKit::Bond::DOUBLE || bond.getStereo() == RDKit::Bond::STEREONONE) return type;
  return 100 + 10 * type + static_cast<std::int32_t>(bond.getStereo());
}

int chirality_number(const RDKit::Atom& atom) {
  std::string code;
  atom.getPropIfPresent(RDKit::common_properties::_CIPCode, code);
  return code == "R" ? 3 : code == "S" ? 2 : 1;
}

// Sets of bonds, one for each atom.
class BondSets {
 public:
  BondSets(std::size_t sets, std::size_t bonds) : words_((bonds + 63) / 64), bits_(sets * words_, 0) {}

  std::span<const std::uint64_t> of(std::size_t set) const {
    return std::span(bits_).subspan(set * words_, words_);
  }
  void add_bond(std::size_t set, std::size_t bond) {
    bits_[set * words_ + bond / 64] |= std::uint64_t{1} << bond % 64;
  }
  void add_set(std::size_t set, std::span<const std::uint64_t> other) {
    for (std::size_t i = 0; i < words_; ++i) bits_[set * words_ + i] |= other[i];
  }
  int compare(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) const {
    for (std::size_t i = 0; i < words_; ++i) {
      if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    }
    return 0;
  }

 private:
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

// What an atom has found in one round.
struct Found {
  std::span<const std::uint64_t> bonds;
  std::uint32_t number = 0;
  std::int32_t atom = 0;
};

class Rounds {
 public:
  Rounds(const Structure& structure, unsigned radius)
      : structure_(structure),
        radius_(radius),
        dead_(structure.atoms().size(), false),
        chiral_(structure.atoms().size(), false) {
    for (const AtomFacts& atom : structure.atoms()) numbers_.push_back(number_of(atom));
    for (const RDKit::Bond* bond : structure.mol().bonds()) bond_numbers_.push_back(number_of(*bond));
  }

  std::vector<std::uint32_t> run() {
    result_ = numbers_;
    const std::size_t atoms = numbers_.size();
    // The sets of all rounds are kept, as later rounds compare with them.
    std::vector<BondSets> sets(radius_ + 1, BondSets(atoms, bond_numbers_.size()));
    for (unsigned round = 0; round < radius_; ++round) {
      sets[round + 1] = sets[round];
      std::vector<std::uint32_t> next(atoms, 0);
      std::vector<Found> found;
      for (std::int32_t atom = 0; atom < structure_.num_atoms(); ++atom) {
        const auto i = static_cast<std::size_t>(atom);
        if (dead_[i] || structure_.links(atom).empty()) continue;
        for (const Link& link : structure_.links(atom)) {
          sets[round + 1].add_bond(i, static_cast<std::size_t>(link.bond));
          sets[round + 1].add_set(i, sets[round].of(static_cast<std::size_t>(link.atom)));
        }
        next[i] = extended(atom, round);
        found.push_back({sets[round + 1].of(i), next[i], atom});
      }
      take(sets[round + 1], std::move(found));
      numbers_ = std::move(next);
    }
    return std::move(result_);
  }

 private:
  // The number of the atom with those of its neighbours.
  std::uint32_t extended(std::int32_t atom, unsigned round) {
    const auto i = static_cast<std::size_t>(atom);
    around_.clear();
    for (const Link& link : structure_.links(atom)) {
      around_.emplace_back(bond_numbers_[static_cast<std::size_t>(link.bond)],
                           numbers_[static_cast<std::size_t>(link.atom)]);
    }
    std::ranges::sort(around_);
    std::uint32_t number = round;
    gboost::hash_combine(number, numbers_[i]);
    for (const auto& neighbour : around_) gboost::hash_combine(number, neighbour);
    const RDKit::Atom& tagged = *structure_.mol().getAtomWithIdx(static_cast<unsigned>(atom));
    if (tagged.getChiralTag() != RDKit::Atom::CHI_UNSPECIFIED && (!chiral_[i] || neighbours_differ())) {
      chiral_[i] = true;
      gboost::hash_combine(number, chirality_number(tagged));
    }
    return number;
  }

  bool neighbours_differ() const {
    for (std::size_t i = 0; i < around_.size(); ++i) {
      if (around_[i].first != static_cast<std::int32_t>(RDKit::Bond::SINGLE)) return false;
      if (i > 0 && around_[i].second == around_[i - 1].second) return false;
    }
    return true;
  }

  // Counts every set of bonds once, with the smallest of its numbers. An atom whose set another one has takes no further
  // part.
  void take(const BondSets& sets, std::vector<Found> found) {
    const auto by_bonds = [&](const Found& a, const Found& b) { return sets.compare(a.bonds, b.bonds) < 0; };
    std::ranges::sort(found, [&](const Found& a, const Found& b) {
      const int order = sets.compare(a.bonds, b.bonds);
      return order != 0 ? order < 0 : std::pair(a.number, a.atom) < std::pair(b.number, b.atom);
    });
    const std::size_t before = seen_.size();
    for (const Found& each : found) {
      const bool repeats = seen_.size() > before && sets.compare(seen_.back().bonds, each.bonds) == 0;
      const auto old = seen_.begin() + static_cast<std::ptrdiff_t>(before);
      if (repeats || std::binary_search(seen_.begin(), old, each, by_bonds)) {
        dead_[static_cast<std::size_t>(each.atom)] = true;
        continue;
      }
      result_.push_back(each.number);
      seen_.push_back(each);
    }
    std::inplace_merge(seen_.begin(), seen_.begin() + static_cast<std::ptrdiff_t>(before), seen_.end(),
                       by_bonds);
  }

  const Structure& structure_;
  unsigned radius_;
  std::vector<bool> dead_, chiral_;
  std::vector<std::uint32_t> numbers_;
  std::vector<std::int32_t> bond_numbers_;
  std::vector<std::pair<std::int32_t, std::uint32_t>> around_;
  std::vector<Found> seen_;  // sorted by the bonds
  std::vector<std::uint32_t> result_;
};

}  // namespace

std::vector<std::uint32_t> surroundings(const Structure& structure, unsigned radius) {
  return Rounds(structure, radius).run();
}

}  // namespace plstm
