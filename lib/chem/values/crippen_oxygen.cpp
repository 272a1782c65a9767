#include "chem/values/crippen_rules.hpp"
#include "chem/values/neighbours.hpp"

namespace plstm {
namespace {

using enum CrippenType;

// The type of the oxygen of a carbonyl group, by what else is at its carbon.
CrippenType carbonyl_type(const Structure& structure, std::int32_t carbon, std::int32_t oxygen) {
  const AtomFacts& c = structure.atom(carbon);
  const Around n = around(structure, carbon);
  const auto is_other_oxygen = [&](const BondFacts& bond, const AtomFacts& other, std::int32_t index) {
    return bond.kind == BondKind::kDouble && other.is_aliphatic(8) && index != oxygen;
  };
  const auto is_polar = [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
    return is_plain(bond) && (other.is_aliphatic(7) || other.is_aliphatic(8));
  };
  if (c.hydrogens == 1 && n.carbon >= 1) return kO9;
  if (n.carbon >= 1 && n.aliphatic >= 2) return kO9;
  if (c.hydrogens == 1 && any_neighbour(structure, carbon, is_polar)) return kO9;
  if (c.hydrogens == 2) return kO9;
  if (c.total_degree() == 2 && any_neighbour(structure, carbon, is_other_oxygen)) return kO9;
  if (c.hydrogens == 1 && n.aromatic_carbon >= 1) return kO10;
  if (n.carbon >= 1 && n.aromatic >= 1) return kO10;
  if (n.aromatic_carbon >= 1 && (n.aromatic >= 2 || n.aliphatic >= 1)) return kO10;
  return n.heavy - n.carbon - n.aromatic_carbon >= 2 ? kO11 : kOS;
}

// O- at a carbon that has another oxygen by a double bond.
bool is_carboxylate(const Structure& structure, std::int32_t oxygen) {
  const auto is_oxo = [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
    return bond.kind == BondKind::kDouble && other.is_aliphatic(8);
  };
  return any_neighbour(
      structure, oxygen, [&](const BondFacts& bond, const AtomFacts& other, std::int32_t at) {
        return is_plain(bond) && other.is_aliphatic(6) && any_neighbour(structure, at, is_oxo);
      });
}

}  // namespace

CrippenType crippen_oxygen_type(const Structure& structure, std::int32_t atom) {
  const AtomFacts& a = structure.atom(atom);
  const Around n = around(structure, atom);
  if (a.aromatic) return kO1;
  if (is_between(a.hydrogens, 1, 2)) return kO2;
  if (n.aliphatic >= 2) return kO3;
  if (n.aromatic >= 1 && n.heavy >= 2) return kO4;
  const bool ends = a.total_degree() == 1;
  const auto is_bound = [&](bool by_double, auto test) {
    return any_neighbour(structure, atom, [&](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
      return (by_double ? bond.kind == BondKind::kDouble : is_plain(bond)) && test(other);
    });
  };
  const bool anion = ends && is_between(a.charge, -3, -1);
  if (is_bound(true, [](const AtomFacts& o) { return o.is(7) || o.is(8); })) return kO5;
  if (anion && is_bound(false, [](const AtomFacts& o) { return o.is(7); })) return kO5;
  if (anion && a.charge >= -2 && is_bound(false, [](const AtomFacts& o) { return o.is(16); })) return kO6;
  if (a.charge == 0 && is_bound(true, [](const AtomFacts& o) { return o.is(16) && o.charge == 0; }))
    return kO6;
  if (a.charge == -1 && is_carboxylate(structure, atom)) return kO12;
  if (anion && is_bound(false, [](const AtomFacts& o) {
        return !o.is(1) && !o.is_aliphatic(7) && !o.is_aliphatic(16);
      })) {
    return kO7;
  }
  if (n.double_aromatic_carbon >= 1) return kO8;
  for (const Link& link : structure.links(atom)) {
    if (structure.bond(link.bond).kind != BondKind::kDouble || !structure.atom(link.atom).is_aliphatic(6))
      continue;
    return carbonyl_type(structure, link.atom, atom);
  }
  return kOS;
}

}  // namespace plstm
