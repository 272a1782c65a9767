#include "chem/values/ring_counts.hpp"

#include <algorithm>

#include <GraphMol/GraphMol.h>
#include <GraphMol/RingInfo.h>

namespace plstm {

RingCounts ring_counts(const Structure& structure) {
  RingCounts counts;
  for (const auto& ring : structure.mol().getRingInfo()->bondRings()) {
    const auto is_aromatic = [&](int bond) { return structure.bond(bond).aromatic; };
    const auto is_saturated = [&](int bond) {
      return structure.bond(bond).kind == BondKind::kSingle && !structure.bond(bond).aromatic;
    };
    const auto is_hetero = [&](int bond) {
      const BondFacts& facts = structure.bond(bond);
      return !structure.atom(facts.begin).is(6) || !structure.atom(facts.end).is(6);
    };
    const bool hetero = std::ranges::any_of(ring, is_hetero);
    ++counts.rings;
    counts.heterocycles += hetero ? 1 : 0;
    if (std::ranges::all_of(ring, is_aromatic)) {
      ++counts.aromatic;
      ++(hetero ? counts.aromatic_heterocycles : counts.aromatic_carbocycles);
    } else {
      ++counts.aliphatic;
    }
    if (std::ranges::all_of(ring, is_saturated)) {
      ++counts.saturated;
      ++(hetero ? counts.saturated_heterocycles : counts.saturated_carbocycles);
    }
  }
  return counts;
}

}  // namespace plstm
