#include "chem/values/surface.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include <GraphMol/PeriodicTable.h>

namespace plstm {
namespace {

// Bonds of an atom to atoms other than hydrogen.
struct BondCounts {
  int single = 0, twofold = 0, threefold = 0, aromatic = 0;

  bool operator==(const BondCounts&) const = default;
};

enum class Ring { kAny, kOfThree, kNotOfThree };

// A row of the paper's table.
struct PolarType {
  int element;
  int hydrogens;
  int charge;
  BondCounts bonds;
  Ring ring;
  double surface;
};

constexpr std::array kPolarTypes{PolarType{7, 0, 0, {0, 0, 1, 0}, Ring::kAny, 23.79},
                                 PolarType{7, 1, 0, {0, 1, 0, 0}, Ring::kAny, 23.85},
                                 PolarType{7, 2, 0, {1, 0, 0, 0}, Ring::kAny, 26.02},
                                 PolarType{7, 2, 1, {0, 1, 0, 0}, Ring::kAny, 25.59},
                                 PolarType{7, 3, 1, {1, 0, 0, 0}, Ring::kAny, 27.64},
                                 PolarType{7, 0, 0, {1, 1, 0, 0}, Ring::kAny, 12.36},
                                 PolarType{7, 0, 0, {0, 1, 1, 0}, Ring::kAny, 13.60},
                                 PolarType{7, 1, 0, {2, 0, 0, 0}, Ring::kOfThree, 21.94},
                                 PolarType{7, 1, 0, {2, 0, 0, 0}, Ring::kNotOfThree, 12.03},
                                 PolarType{7, 0, 1, {1, 0, 1, 0}, Ring::kAny, 4.36},
                                 PolarType{7, 1, 1, {1, 1, 0, 0}, Ring::kAny, 13.97},
                                 PolarType{7, 2, 1, {2, 0, 0, 0}, Ring::kAny, 16.61},
                                 PolarType{7, 0, 0, {0, 0, 0, 2}, Ring::kAny, 12.89},
                                 PolarType{7, 1, 0, {0, 0, 0, 2}, Ring::kAny, 15.79},
                                 PolarType{7, 1, 1, {0, 0, 0, 2}, Ring::kAny, 14.14},
                                 PolarType{7, 0, 0, {3, 0, 0, 0}, Ring::kOfThree, 3.01},
                                 PolarType{7, 0, 0, {3, 0, 0, 0}, Ring::kNotOfThree, 3.24},
                                 PolarType{7, 0, 0, {1, 2, 0, 0}, Ring::kAny, 11.68},
                                 PolarType{7, 0, 1, {2, 1, 0, 0}, Ring::kAny, 3.01},
                                 PolarType{7, 1, 1, {3, 0, 0, 0}, Ring::kAny, 4.44},
                                 PolarType{7, 0, 0, {0, 0, 0, 3}, Ring::kAny, 4.41},
                                 PolarType{7, 0, 0, {1, 0, 0, 2}, Ring::kAny, 4.93},
                                 PolarType{7, 0, 0, {0, 1, 0, 2}, Ring::kAny, 8.39},
                                 PolarType{7, 0, 1, {0, 0, 0, 3}, Ring::kAny, 4.10},
                                 PolarType{7, 0, 1, {1, 0, 0, 2}, Ring::kAny, 3.88},
                                 PolarType{7, 0, 1, {4, 0, 0, 0}, Ring::kAny, 0.0},
                                 PolarType{8, 0, 0, {0, 1, 0, 0}, Ring::kAny, 17.07},
                                 PolarType{8, 1, 0, {1, 0, 0, 0}, Ring::kAny, 20.23},
                                 PolarType{8, 0, -1, {1, 0, 0, 0}, Ring::kAny, 23.06},
                                 PolarType{8, 0, 0, {2, 0, 0, 0}, Ring::kOfThree, 12.53},
                                 PolarType{8, 0, 0, {2, 0, 0, 0}, Ring::kNotOfThree, 9.23},
                                 PolarType{8, 0, 0, {0, 0, 0, 2}, Ring::kAny, 13.14},
                                 PolarType{15, 0, 0, {1, 1, 0, 0}, Ring::kAny, 34.14},
                                 PolarType{15, 0, 0, {3, 0, 0, 0}, Ring::kAny, 13.59},
                                 PolarType{15, 1, 0, {2, 1, 0, 0}, Ring::kAny, 23.47},
                                 PolarType{15, 0, 0, {3, 1, 0, 0}, Ring::kAny, 9.81},
                                 PolarType{16, 0, 0, {0, 1, 0, 0}, Ring::kAny, 32.09},
                                 PolarType{16, 1, 0, {1, 0, 0, 0}, Ring::kAny, 38.80},
                                 PolarType{16, 0, 0, {2, 0, 0, 0}, Ring::kAny, 25.30},
                                 PolarType{16, 0, 0, {0, 0, 0, 2}, Ring::kAny, 28.24},
                                 PolarType{16, 0, 0, {0, 1, 0, 2}, Ring::kAny, 21.70},
                                 PolarType{16, 0, 0, {2, 1, 0, 0}, Ring::kAny, 19.21},
                                 PolarType{16, 0, 0, {2, 2, 0, 0}, Ring::kAny, 8.38}};

double polar_surface_of(const Structure& structure, std::int32_t atom) {
  const AtomFacts& a = structure.atom(atom);
  BondCounts bonds;
  int neighbours = 0;
  for (const Link& link : structure.links(atom)) {
    const BondFacts& bond = structure.bond(link.bond);
    if (structure.atom(link.atom).is(1)) continue;
    ++neighbours;
    if (bond.aromatic) {
      ++bonds.aromatic;
    } else if (bond.kind == BondKind::kSingle) {
      ++bonds.single;
    } else if (bond.kind == BondKind::kDouble) {
      ++bonds.twofold;
    } else if (bond.kind == BondKind::kTriple) {
      ++bonds.threefold;
    }
  }
  const auto fits = [&](const PolarType& type) {
    return type.element == a.element && type.hydrogens == a.hydrogens && type.charge == a.charge &&
           type.bonds == bonds &&
           (type.ring == Ring::kAny || (type.ring == Ring::kOfThree) == a.in_ring_of_3);
  };
  const auto found = std::ranges::find_if(kPolarTypes, fits);
  if (found != kPolarTypes.end()) return found->surface;
  // What the paper gives for atoms that its table lacks; nothing for sulfur and phosphorus.
  if (a.is(7)) return std::max(30.5 - neighbours * 8.2 + a.hydrogens * 1.5, 0.0);
  if (a.is(8)) return std::max(28.5 - neighbours * 8.6 + a.hydrogens * 1.5, 0.0);
  return 0;
}

// The surface of a sphere of radius `r` that one of radius `other` at this distance covers, over pi r.
double covered(double r, double other, double distance) {
  return other * other - (r - distance) * (r - distance) / distance;
}

double bond_length(double r, double other, double shortened) {
  return std::min(std::max(std::fabs(r - other), r + other - shortened), r + other);
}

double shortening(const BondFacts& bond) {
  if (bond.aromatic) return 0.1;
  switch (bond.kind) {
    case BondKind::kDouble:
      return 0.2;
    case BondKind::kTriple:
      return 0.3;
    default:
      return 0;
  }
}

}  // namespace

PolarSurface polar_surface(const Structure& structure) {
  PolarSurface surface;
  surface.atoms.resize(structure.atoms().size());
  for (std::int32_t i = 0; i < structure.num_atoms(); ++i) {
    const AtomFacts& atom = structure.atom(i);
    const bool s_or_p = atom.is(15) || atom.is(16);
    if (!s_or_p && !atom.is(7) && !atom.is(8)) continue;
    const double value = polar_surface_of(structure, i);
    surface.atoms[static_cast<std::size_t>(i)] = value;
    surface.total_with_s_and_p += value;
    if (!s_or_p) surface.total += value;
  }
  return surface;
}

ApproximateSurface approximate_surface(const Structure& structure) {
  const RDKit::PeriodicTable& table = *RDKit::PeriodicTable::getTable();
  const std::size_t atoms = structure.atoms().size();
  std::vector<double> radii(atoms), hidden(atoms, 0.0);
  for (std::size_t i = 0; i < atoms; ++i) {
    radii[i] = table.getRb0(static_cast<unsigned>(structure.atoms()[i].element));
  }
  for (const BondFacts& bond : structure.bonds()) {
    const auto i = static_cast<std::size_t>(bond.begin), j = static_cast<std::size_t>(bond.end);
    const double length = bond_length(radii[i], radii[j], shortening(bond));
    hidden[i] += covered(radii[i], radii[j], length);
    hidden[j] += covered(radii[j], radii[i], length);
  }
  // Every atom is treated as if it had one hydrogen, as RDKit does.
  const double hydrogen = table.getRb0(1);
  double hidden_hydrogens = 0;
  ApproximateSurface surface;
  surface.atoms.reserve(atoms);
  for (std::size_t i = 0; i < atoms; ++i) {
    const double length = bond_length(radii[i], hydrogen, 0);
    hidden[i] += covered(radii[i], hydrogen, length);
    hidden_hydrogens += covered(hydrogen, radii[i], length);
    surface.atoms.push_back(std::numbers::pi * radii[i] * (4.0 * radii[i] - hidden[i]));
    surface.total += surface.atoms.back();
  }
  constexpr double kNothing = 1e-4;  // nothing of them is hidden next to atoms without a radius alone
  if (std::fabs(hidden_hydrogens) > kNothing) {
    surface.total += std::numbers::pi * hydrogen * (4.0 * hydrogen - hidden_hydrogens);
  }
  return surface;
}

}  // namespace plstm
