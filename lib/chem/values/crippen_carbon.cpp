#include <algorithm>

#include "chem/values/crippen_rules.hpp"
#include "chem/values/neighbours.hpp"

namespace plstm {
namespace {

using enum CrippenType;

CrippenType aliphatic_carbon_type(const AtomFacts& c, const Around& n) {
  const int h = c.hydrogens, x = c.total_degree();
  if (h == 4 || (h == 3 && n.carbon >= 1) || (h == 2 && n.carbon >= 2)) return kC1;
  if ((h == 1 && n.carbon >= 3) || n.carbon >= 4) return kC2;
  if (n.hetero >= 1) {
    if (h == 3 || (h == 2 && x == 4 && n.aliphatic >= 2)) return kC3;
    if (x == 4 && ((h == 1 && n.aliphatic >= 3) || (h == 0 && n.aliphatic >= 4))) return kC4;
  }
  if (n.double_hetero >= 1) return kC5;
  if (n.double_carbon >= 1) {
    if (h == 2 || (h == 1 && n.aliphatic >= 1) || (h == 0 && n.aliphatic >= 2)) return kC6;
    if (n.double_carbon >= 2) return kC6;
  }
  if (x == 2 && n.triple >= 1) return kC7;
  if (h == 3 && n.aromatic_carbon >= 1) return kC8;
  if (h == 3 && n.aromatic >= 1) return kC9;
  if (x == 4 && n.aromatic >= 1) {
    if (h == 2) return kC10;
    if (h == 1) return kC11;
    if (h == 0) return kC12;
  }
  if (n.double_carbon >= 1 && n.aromatic >= 1) {
    if (n.aliphatic >= 1 || (n.aromatic_carbon >= 1 && n.aromatic >= 2) || h == 1) return kC26;
  }
  if (n.double_aromatic_carbon >= 1) return kC26;
  if (x == 4 && n.metal >= 1) return kC27;
  return kCS;
}

// The type by a substituent of an aromatic carbon; kNone if none decides.
CrippenType by_halogen(const Structure& structure, std::int32_t atom) {
  CrippenType found = kNone;
  const auto take = [&](CrippenType type) { found = found == kNone ? type : std::min(found, type); };
  for (const Link& link : structure.links(atom)) {
    if (!is_plain(structure.bond(link.bond))) continue;
    switch (structure.atom(link.atom).element) {
      case 9:
        take(kC14);
        break;
      case 17:
        take(kC15);
        break;
      case 35:
        take(kC16);
        break;
      case 53:
        take(kC17);
        break;
      default:
        break;
    }
  }
  return found;
}

CrippenType by_substituent(const Structure& structure, std::int32_t atom) {
  CrippenType found = kNone;
  const auto take = [&](CrippenType type) { found = found == kNone ? type : std::min(found, type); };
  for (const Link& link : structure.links(atom)) {
    const BondFacts& bond = structure.bond(link.bond);
    const AtomFacts& other = structure.atom(link.atom);
    if (bond.kind == BondKind::kDouble && !other.aromatic && is_one_of(other.element, {6, 7, 8})) take(kC25);
    if (bond.kind != BondKind::kSingle) continue;
    if (other.aromatic) take(kC20);
    if (other.aromatic) continue;
    switch (other.element) {
      case 6:
        take(kC21);
        break;
      case 7:
        take(kC22);
        break;
      case 8:
        take(kC23);
        break;
      case 16:
        take(kC24);
        break;
      default:
        break;
    }
  }
  return found;
}

CrippenType aromatic_carbon_type(const Structure& structure, std::int32_t atom, const AtomFacts& c,
                                 const Around& n) {
  const auto is_rare = [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
    return bond.kind == BondKind::kSingle && !other.aromatic &&
           !is_one_of(other.element, {1, 6, 7, 8, 16, 9, 17, 35, 53});
  };
  if (c.hydrogens == 0 && any_neighbour(structure, atom, is_rare)) return kC13;
  if (const CrippenType type = by_halogen(structure, atom); type != kNone) return type;
  if (c.hydrogens == 1) return kC18;
  if (n.ring >= 3) return kC19;
  if (n.ring >= 2) {
    if (const CrippenType type = by_substituent(structure, atom); type != kNone) return type;
  }
  return kCS;
}

}  // namespace

CrippenType crippen_carbon_type(const Structure& structure, std::int32_t atom) {
  const AtomFacts& c = structure.atom(atom);
  const Around n = around(structure, atom);
  return c.aromatic ? aromatic_carbon_type(structure, atom, c, n) : aliphatic_carbon_type(c, n);
}

}  // namespace plstm
