#include "chem/values/quantum_numbers.hpp"

#include <algorithm>
#include <cstddef>

#include <GraphMol/GraphMol.h>
#include <GraphMol/RingInfo.h>

namespace plstm {
namespace {

// Places of the numbers, in the order of the paper.
// clang-format off
enum Number : std::size_t {
  kCarbon, kFluorine, kChlorine, kBromine, kIodine, kSulfur, kPhosphorus,
  kAcyclicNitrogen, kCyclicNitrogen, kAcyclicOxygen, kCyclicOxygen, kHeavyAtoms,
  kAcyclicSingle, kAcyclicDouble, kAcyclicTriple, kCyclicSingle, kCyclicDouble, kCyclicTriple, kRotatable,
  kAcceptorSites, kAcceptors, kDonorSites, kDonors, kNegative, kPositive,
  kTerminal, kAcyclicDegree2, kAcyclicDegree3, kAcyclicDegree4,
  kCyclicDegree2, kCyclicDegree3, kCyclicDegree4,
  kRingsOf3, kLargeRings = kRingsOf3 + 7,
  kSharedAtoms, kSharedBonds, kCount
};
// clang-format on

using Numbers = std::array<int, kCount>;

void count_polar(const AtomFacts& atom, Numbers& numbers) {
  const bool cyclic = atom.rings > 0;
  if (atom.is(7)) {
    ++numbers[cyclic ? kCyclicNitrogen : kAcyclicNitrogen];
    if (atom.degree != 4) {
      ++numbers[kAcceptorSites];
      ++numbers[kAcceptors];
    }
  } else {
    ++numbers[cyclic ? kCyclicOxygen : kAcyclicOxygen];
    numbers[kAcceptorSites] += atom.charge == -1 ? 3 : 2;
    ++numbers[kAcceptors];
  }
  if (atom.implicit_hydrogens > 0) {
    numbers[kDonorSites] += atom.implicit_hydrogens;
    ++numbers[kDonors];
  }
}

void count_element(const AtomFacts& atom, Numbers& numbers) {
  switch (atom.element) {
    case 6:
      ++numbers[kCarbon];
      break;
    case 9:
      ++numbers[kFluorine];
      break;
    case 17:
      ++numbers[kChlorine];
      break;
    case 35:
      ++numbers[kBromine];
      break;
    case 53:
      ++numbers[kIodine];
      break;
    case 16:
      ++numbers[kSulfur];
      break;
    case 15:
      ++numbers[kPhosphorus];
      break;
    case 7:
    case 8:
      count_polar(atom, numbers);
      break;
    default:
      break;
  }
}

void count_degree(const AtomFacts& atom, Numbers& numbers) {
  if (atom.is(1)) return;
  if (atom.degree == 1) ++numbers[kTerminal];
  if (atom.degree >= 2 && atom.degree <= 4) {
    const std::size_t first = atom.rings > 0 ? kCyclicDegree2 : kAcyclicDegree2;
    ++numbers[first + static_cast<std::size_t>(atom.degree) - 2];
  }
  if (atom.rings >= 2) ++numbers[kSharedAtoms];
}

void count_bond(const BondFacts& bond, Numbers& numbers) {
  const bool cyclic = bond.rings > 0;
  switch (bond.kind) {
    case BondKind::kSingle:
      ++numbers[cyclic ? kCyclicSingle : kAcyclicSingle];
      break;
    case BondKind::kDouble:
      ++numbers[cyclic ? kCyclicDouble : kAcyclicDouble];
      break;
    case BondKind::kTriple:
      ++numbers[cyclic ? kCyclicTriple : kAcyclicTriple];
      break;
    default:
      break;
  }
  if (bond.rings >= 2) ++numbers[kSharedBonds];
}

}  // namespace

std::array<int, 42> quantum_numbers(const Structure& structure, int rotatable_bonds) {
  static_assert(kCount == 42);
  Numbers numbers{};
  for (const AtomFacts& atom : structure.atoms()) {
    count_element(atom, numbers);
    count_degree(atom, numbers);
    if (atom.charge > 0) ++numbers[kPositive];
    if (atom.charge < 0) ++numbers[kNegative];
  }
  numbers[kHeavyAtoms] = static_cast<int>(structure.mol().getNumHeavyAtoms());
  int aromatic = 0;
  for (const BondFacts& bond : structure.bonds()) {
    count_bond(bond, numbers);
    aromatic += bond.aromatic ? 1 : 0;
  }
  // As in a Kekule structure: half of the aromatic bonds are double bonds.
  numbers[kCyclicSingle] += aromatic - aromatic / 2;
  numbers[kCyclicDouble] += aromatic / 2;
  numbers[kRotatable] = rotatable_bonds;
  for (const auto& ring : structure.mol().getRingInfo()->atomRings()) {
    ++numbers[std::min<std::size_t>(kRingsOf3 + ring.size() - 3, kLargeRings)];
  }
  return numbers;
}

}  // namespace plstm
