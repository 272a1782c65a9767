#pragma once

#include <algorithm>
#include <initializer_list>

#include "chem/values/structure.hpp"

namespace plstm {

constexpr bool is_one_of(int element, std::initializer_list<int> elements) {
  return std::find(elements.begin(), elements.end(), element) != elements.end();
}

constexpr bool is_between(int value, int low, int high) {
  return value >= low && value <= high;
}

/// A bond that a SMARTS pattern without a bond symbol means.
inline bool is_plain(const BondFacts& bond) {
  return bond.kind == BondKind::kSingle || bond.kind == BondKind::kAromatic;
}

/// A double bond to an aliphatic atom of one of these elements.
inline bool is_double_to(const BondFacts& bond, const AtomFacts& atom, std::initializer_list<int> elements) {
  return bond.kind == BondKind::kDouble && !atom.aromatic && is_one_of(atom.element, elements);
}

/// True if some neighbour satisfies predicate(bond, neighbour, index of the neighbour).
template <class Predicate>
bool any_neighbour(const Structure& structure, std::int32_t atom, Predicate predicate) {
  return std::ranges::any_of(structure.links(atom), [&](const Link& link) {
    return predicate(structure.bond(link.bond), structure.atom(link.atom), link.atom);
  });
}

}  // namespace plstm
