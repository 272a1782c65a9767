#include "chem/values/crippen_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "chem/values/crippen_rules.hpp"
#include "chem/values/neighbours.hpp"

namespace plstm {
namespace {

using enum CrippenType;

constexpr std::array<std::string_view, static_cast<std::size_t>(kCount)> kLabels{
    "",    "C1",  "C2",  "C3",  "C4",  "C5",  "C6",  "C7",  "C8",  "C9",  "C10", "C11", "C12", "C13", "C14",
    "C15", "C16", "C17", "C18", "C19", "C20", "C21", "C22", "C23", "C24", "C25", "C26", "C27", "CS",  "H1",
    "H2",  "H3",  "H4",  "HS",  "N1",  "N2",  "N3",  "N4",  "N5",  "N6",  "N7",  "N8",  "N9",  "N10", "N11",
    "N12", "N13", "N14", "NS",  "O1",  "O2",  "O3",  "O4",  "O5",  "O6",  "O7",  "O8",  "O9",  "O10", "O11",
    "O12", "OS",  "F",   "Cl",  "Br",  "I",   "Hal", "P",   "S1",  "S2",  "S3",  "Me1", "Me2"};

CrippenType sulfur_type(const Structure& structure, std::int32_t atom, const AtomFacts& a) {
  if (a.aromatic) return kS3;
  if (a.charge != 0) return is_between(a.charge, -4, 6) && a.charge != 4 ? kS2 : kS1;
  const auto is_oxo = [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
    return bond.kind == BondKind::kDouble && !other.aromatic && is_one_of(other.element, {7, 8, 15, 16});
  };
  return any_neighbour(structure, atom, is_oxo) ? kS2 : kS1;
}

CrippenType halogen_type(const AtomFacts& a, CrippenType neutral) {
  if (a.charge == 0) return neutral;
  if (a.charge == -1 || (a.is(53) && is_between(a.charge, 1, 3))) return kHal;
  return kNone;
}

CrippenType metal_type(const AtomFacts& a) {
  const int z = a.element;
  if (a.charge == 1 && is_one_of(z, {3, 11, 19, 37, 55})) return kHal;
  if (is_one_of(z, {3,  11, 19, 37, 55, 4,  12, 20, 38, 56, 5,  13, 31,
                    49, 81, 14, 32, 50, 82, 33, 51, 83, 34, 52, 84})) {
    return kMe1;
  }
  return is_between(z, 21, 30) || is_between(z, 39, 48) || is_between(z, 72, 80) ? kMe2 : kNone;
}

// The type of a hydrogen by the neighbour `atom`, at which so many hydrogens besides it are no atoms of the molecule.
// `self` is the hydrogen, or -1 if it is no atom either. Of several patterns that match, the first type counts.
CrippenType hydrogen_type(const Structure& structure, std::int32_t atom, int others, std::int32_t self) {
  const AtomFacts& a = structure.atom(atom);
  if (a.is(1) || a.is(6)) return kH1;
  if (a.is(7)) return kH3;
  if (!a.is(8)) return kH2;
  if (a.aromatic) return kHS;
  CrippenType type = others > 0 ? kH2 : kHS;
  const auto is_unsaturated = [](const BondFacts& bond, const AtomFacts& other, std::int32_t) {
    return bond.kind == BondKind::kDouble &&
           (other.is(6) || other.is(7) || other.is_aliphatic(8) || other.is_aliphatic(16));
  };
  for (const Link& link : structure.links(atom)) {
    if (link.atom == self || !is_plain(structure.bond(link.bond))) continue;
    const AtomFacts& other = structure.atom(link.atom);
    if (other.is(6)) {
      if (other.aromatic || other.total_degree() == 4) return kH2;
      if (any_neighbour(structure, link.atom, is_unsaturated)) type = std::min(type, kH4);
    } else if (other.is(7)) {
      type = std::min(type, kH3);
    } else if (other.is(8) || other.is(16)) {
      if (!other.aromatic) type = std::min(type, kH4);
    } else {
      return kH2;
    }
  }
  return type;
}

}  // namespace

Around around(const Structure& structure, std::int32_t atom) {
  Around count;
  for (const Link& link : structure.links(atom)) {
    const BondFacts& bond = structure.bond(link.bond);
    const AtomFacts& other = structure.atom(link.atom);
    if (other.is(1)) continue;
    const bool carbon = other.is(6), aliphatic = !other.aromatic;
    if (is_plain(bond)) {
      const bool hetero = aliphatic && is_one_of(other.element, {7, 8, 15, 16, 9, 17, 35, 53});
      count.carbon += carbon && aliphatic;
      count.aromatic_carbon += carbon && !aliphatic;
      count.hetero += hetero;
      count.aliphatic += aliphatic;
      count.aromatic += !aliphatic;
      count.metal += aliphatic && !carbon && !hetero;
      ++count.heavy;
      count.ring += bond.kind == BondKind::kAromatic && !aliphatic;
    } else if (bond.kind == BondKind::kDouble) {
      count.double_carbon += carbon && aliphatic;
      count.double_aromatic_carbon += carbon && !aliphatic;
      count.double_hetero += !carbon && aliphatic;
      count.double_aliphatic += aliphatic;
      ++count.double_heavy;
    } else if (bond.kind == BondKind::kTriple) {
      count.triple += aliphatic;
    }
  }
  return count;
}

std::string_view crippen_label(CrippenType type) {
  return kLabels[static_cast<std::size_t>(type)];
}

CrippenType crippen_type(const Structure& structure, std::int32_t atom, bool all_hydrogens) {
  const AtomFacts& a = structure.atom(atom);
  switch (a.element) {
    case 1: {
      CrippenType type = kHS;
      for (const Link& link : structure.links(atom)) {
        if (!is_plain(structure.bond(link.bond))) continue;
        const int others = all_hydrogens ? structure.atom(link.atom).implicit_hydrogens : 0;
        type = std::min(type, hydrogen_type(structure, link.atom, others, atom));
      }
      return type;
    }
    case 6:
      return crippen_carbon_type(structure, atom);
    case 7:
      return crippen_nitrogen_type(structure, atom);
    case 8:
      return crippen_oxygen_type(structure, atom);
    case 9:
      return halogen_type(a, kF);
    case 17:
      return halogen_type(a, kCl);
    case 35:
      return halogen_type(a, kBr);
    case 53:
      return halogen_type(a, kI);
    case 15:
      return kP;
    case 16:
      return sulfur_type(structure, atom, a);
    default:
      return metal_type(a);
  }
}

CrippenType crippen_hydrogen_type(const Structure& structure, std::int32_t atom) {
  return hydrogen_type(structure, atom, structure.atom(atom).implicit_hydrogens - 1, -1);
}

}  // namespace plstm
