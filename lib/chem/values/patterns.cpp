#include "chem/values/patterns.hpp"

#include "chem/values/neighbours.hpp"

namespace plstm {
namespace {

// A single bond to an atom without a double bond to O, N, P or S.
bool has_saturated_neighbour(const Structure& structure, std::int32_t atom) {
  const auto is_oxo = [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
    return is_double_to(bond, other, {8, 7, 15, 16});
  };
  return any_neighbour(structure, atom, [&](const BondFacts& bond, const AtomFacts&, std::int32_t other) {
    return bond.kind == BondKind::kSingle && !any_neighbour(structure, other, is_oxo);
  });
}

// A single bond to an atom that has a double bond outside rings to O, N, P or S, as in amides.
bool is_next_to_open_double_bond(const Structure& structure, std::int32_t atom) {
  const auto is_oxo = [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
    return bond.rings == 0 && is_double_to(bond, other, {8, 7, 15, 16});
  };
  return any_neighbour(structure, atom, [&](const BondFacts& bond, const AtomFacts&, std::int32_t other) {
    return bond.kind == BondKind::kSingle && any_neighbour(structure, other, is_oxo);
  });
}

bool is_acceptor(const Structure& structure, std::int32_t atom) {
  const AtomFacts& a = structure.atom(atom);
  if (a.is(8) || a.is(16)) {
    if (a.aromatic) return a.charge == 0;
    if (a.charge == -1) return true;
    if (a.valence != 2) return false;
    return a.hydrogens == 0 || (a.hydrogens == 1 && has_saturated_neighbour(structure, atom));
  }
  if (!a.is(7)) return false;
  if (a.aromatic) return a.hydrogens == 0 && a.charge == 0;
  return a.valence == 3 && !is_next_to_open_double_bond(structure, atom);
}

bool is_donor(const AtomFacts& a) {
  if (a.is(7) && a.aromatic) return a.hydrogens == 1 && a.charge == 0;
  if (a.aromatic) return false;
  if (a.is(7)) return a.hydrogens > 0 && (a.valence == 3 || (a.charge == 1 && a.valence == 4));
  return (a.is(8) || a.is(16)) && a.hydrogens == 1 && a.charge == 0;
}

int amide_bonds_of(const Structure& structure, std::int32_t carbon) {
  int oxygens = 0, nitrogens = 0;
  for (const Link& link : structure.links(carbon)) {
    const BondFacts& bond = structure.bond(link.bond);
    const AtomFacts& other = structure.atom(link.atom);
    if (bond.kind == BondKind::kDouble && other.is_aliphatic(8) && other.rings == 0) ++oxygens;
    if (is_plain(bond) && other.is_aliphatic(7)) ++nitrogens;
  }
  return oxygens * nitrogens;
}

// CX3 with three equal halogens, or C(CH3)3.
bool is_symmetric_carbon(const Structure& structure, std::int32_t atom) {
  if (!structure.atom(atom).is_aliphatic(6)) return false;
  int fluorines = 0, chlorines = 0, bromines = 0, methyls = 0;
  for (const Link& link : structure.links(atom)) {
    if (!is_plain(structure.bond(link.bond))) continue;
    const AtomFacts& other = structure.atom(link.atom);
    fluorines += other.is_aliphatic(9) ? 1 : 0;
    chlorines += other.is_aliphatic(17) ? 1 : 0;
    bromines += other.is_aliphatic(35) ? 1 : 0;
    methyls += other.is_aliphatic(6) && other.hydrogens == 3 ? 1 : 0;
  }
  return fluorines >= 3 || chlorines >= 3 || bromines >= 3 || methyls >= 3;
}

// An atom at which a bond can rotate.
bool can_be_end(const Structure& structure, std::int32_t atom) {
  if (structure.atom(atom).degree == 1 || is_symmetric_carbon(structure, atom)) return false;
  return !any_neighbour(structure, atom, [](const BondFacts& bond, const AtomFacts&, std::int32_t) {
    return bond.kind == BondKind::kTriple;
  });
}

// The carbon of C(=X) with X of N, O or S.
bool is_carbonyl(const Structure& structure, std::int32_t atom) {
  const AtomFacts& a = structure.atom(atom);
  return a.is_aliphatic(6) && a.degree == 3 &&
         any_neighbour(structure, atom, [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
           return is_double_to(bond, other, {7, 8, 16});
         });
}

bool is_amide_hetero(const AtomFacts& a) {
  return a.is(7) || a.is_aliphatic(8) || (a.is_aliphatic(16) && a.degree != 1);
}

// Either side of the bond of an amide, ester or the like outside rings.
bool is_of_amide(const Structure& structure, std::int32_t atom) {
  const bool carbonyl = is_carbonyl(structure, atom), hetero = is_amide_hetero(structure.atom(atom));
  if (!carbonyl && !hetero) return false;
  return any_neighbour(
      structure, atom, [&](const BondFacts& bond, const AtomFacts& other, std::int32_t index) {
        if (bond.kind != BondKind::kSingle || bond.rings > 0) return false;
        return (carbonyl && is_amide_hetero(other)) || (hetero && is_carbonyl(structure, index));
      });
}

// RDKit's strict definition: one end is of no amide; the other may be.
bool is_rotatable(const Structure& structure, const BondFacts& bond) {
  if (!is_plain(bond) || bond.rings > 0) return false;
  if (!can_be_end(structure, bond.begin) || !can_be_end(structure, bond.end)) return false;
  return !is_of_amide(structure, bond.begin) || !is_of_amide(structure, bond.end);
}

}  // namespace

PatternCounts pattern_counts(const Structure& structure) {
  PatternCounts counts;
  for (std::int32_t atom = 0; atom < structure.num_atoms(); ++atom) {
    counts.acceptors += is_acceptor(structure, atom) ? 1 : 0;
    counts.donors += is_donor(structure.atom(atom)) ? 1 : 0;
    if (structure.atom(atom).is_aliphatic(6)) counts.amide_bonds += amide_bonds_of(structure, atom);
  }
  for (const BondFacts& bond : structure.bonds()) {
    counts.rotatable_bonds += is_rotatable(structure, bond) ? 1 : 0;
  }
  return counts;
}

}  // namespace plstm
