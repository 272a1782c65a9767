#include "chem/values/crippen_rules.hpp"
#include "chem/values/neighbours.hpp"

namespace plstm {
namespace {

using enum CrippenType;

CrippenType neutral_nitrogen_type(const AtomFacts& a, const Around& n) {
  const int h = a.hydrogens;
  if (h == 2 && n.aliphatic >= 1) return kN1;
  if (h == 1 && n.aliphatic >= 2) return kN2;
  if (h == 2 && n.aromatic >= 1) return kN3;
  if (h == 1 && n.aromatic >= 1 && n.heavy >= 2) return kN4;
  if (h == 1 && n.double_heavy >= 1) return kN5;
  if (n.double_heavy >= 1 && n.heavy >= 1) return kN6;
  if (n.aliphatic >= 3) return kN7;
  if (n.aromatic >= 1 && ((n.aliphatic >= 1 && n.heavy >= 3) || n.aromatic >= 3)) return kN8;
  return n.triple >= 1 ? kN9 : kNS;
}

// True for the middle of an azide or a diazo group: =[N-] on one side and =N on the other.
bool is_between_nitrogens(const Structure& structure, std::int32_t atom) {
  int nitrogens = 0, negative = 0;
  for (const Link& link : structure.links(atom)) {
    const AtomFacts& other = structure.atom(link.atom);
    if (structure.bond(link.bond).kind != BondKind::kDouble || !other.is_aliphatic(7)) continue;
    ++nitrogens;
    negative += is_between(other.charge, -3, -1);
  }
  return negative >= 1 && nitrogens >= 2;
}

}  // namespace

CrippenType crippen_nitrogen_type(const Structure& structure, std::int32_t atom) {
  const AtomFacts& a = structure.atom(atom);
  const Around n = around(structure, atom);
  const bool cation = is_between(a.charge, 1, 3);
  if (a.aromatic) return a.charge == 0 ? kN11 : cation ? kN12 : kNS;
  if (a.charge == 0) return neutral_nitrogen_type(a, n);
  if (is_between(a.charge, -3, -1)) return kN14;
  if (!cation) return kNS;
  if (is_between(a.hydrogens, 1, 3)) return kN10;
  if (a.hydrogens == 0) {
    if (n.aliphatic >= 4 || (n.double_aliphatic >= 1 && n.aliphatic >= 1 && n.heavy >= 2)) return kN13;
    const auto is_double = [&](int element) {
      return any_neighbour(structure, atom, [&](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
        return bond.kind == BondKind::kDouble && other.is(element);
      });
    };
    if (is_double(6) && is_double(7)) return kN13;
  }
  return n.triple >= 1 || is_between_nitrogens(structure, atom) ? kN14 : kNS;
}

}  // namespace plstm
