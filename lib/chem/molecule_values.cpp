#include "chem/molecule_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include <GraphMol/Descriptors/Lipinski.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/PeriodicTable.h>

#include <plstm/chem/featurizer.hpp>

#include "chem/values/connectivity.hpp"
#include "chem/values/patterns.hpp"
#include "chem/values/quantum_numbers.hpp"
#include "chem/values/ring_counts.hpp"

namespace plstm {

namespace {

namespace descriptors = RDKit::Descriptors;

constexpr std::array kNames{"molecular_weight",
                            "heavy_atoms",
                            "heteroatoms",
                            "crippen_logp",
                            "crippen_mr",
                            "tpsa",
                            "tpsa_with_s_and_p",
                            "labute_asa",
                            "lipinski_acceptors",
                            "lipinski_donors",
                            "acceptors",
                            "donors",
                            "rotatable_bonds",
                            "amide_bonds",
                            "fraction_csp3",
                            "rings",
                            "aromatic_rings",
                            "aliphatic_rings",
                            "saturated_rings",
                            "heterocycles",
                            "aromatic_heterocycles",
                            "aromatic_carbocycles",
                            "saturated_heterocycles",
                            "saturated_carbocycles",
                            "spiro_atoms",
                            "bridgehead_atoms",
                            "chi0v",
                            "chi1v",
                            "chi2v",
                            "chi3v",
                            "chi4v",
                            "chi0n",
                            "chi1n",
                            "chi2n",
                            "chi3n",
                            "chi4n",
                            "hall_kier_alpha",
                            "kappa1",
                            "kappa2",
                            "kappa3",
                            "phi"};

constexpr std::size_t kMqns = 42;

// The ends of the ranges by which RDKit splits Labute's surface.
constexpr std::array kLogpEnds{-0.4, -0.2, 0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6};
constexpr std::array kMrEnds{1.29, 1.82, 2.24, 2.45, 2.75, 3.05, 3.63, 3.8, 4.0};
constexpr std::array kChargeEnds{-0.3, -0.25, -0.2, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3};

// Rounded to a grid that is far coarser than rounding errors. Sums over atoms are computed in the order of the
// input, and the result must not depend on it.
float rounded(double value) {
  constexpr double kSteps = 1024;
  return static_cast<float>(std::round(value * kSteps) / kSteps);
}

// Counts and sums over all atoms.
struct AtomTotals {
  double weight = 0;
  int heteroatoms = 0;
  int acceptors = 0;  // Lipinski's: N and O
  int donors = 0;     // Lipinski's: hydrogens of N and O
  double fraction_csp3 = 0;
};

AtomTotals totals_of(const Structure& structure) {
  const double hydrogen = RDKit::PeriodicTable::getTable()->getAtomicWeight(1);
  AtomTotals totals;
  int carbons = 0, sp3 = 0;
  for (const AtomFacts& atom : structure.atoms()) {
    totals.weight += atom.mass;
    totals.weight += atom.implicit_hydrogens * hydrogen;
    totals.heteroatoms += atom.is(6) || atom.is(1) ? 0 : 1;
    if (atom.is(7) || atom.is(8)) {
      ++totals.acceptors;
      totals.donors += atom.hydrogens;
    }
    carbons += atom.is(6) ? 1 : 0;
    sp3 += atom.is(6) && atom.total_degree() == 4 ? 1 : 0;
  }
  if (carbons > 0) totals.fraction_csp3 = static_cast<double>(sp3) / carbons;
  return totals;
}

// Values one after the other, each rounded.
class Row {
 public:
  Row() { values_.reserve(molecule_value_names().size()); }

  void add(double value) { values_.push_back(rounded(value)); }
  void add(std::span<const double> values) {
    for (const double value : values) add(value);
  }
  // The surfaces of atoms, added up by the ranges that their values are in.
  template <std::size_t N>
  void add_split(std::span<const double> surfaces, std::span<const double> values,
                 const std::array<double, N>& ends) {
    std::array<double, N + 1> sums{};
    for (std::size_t i = 0; i < surfaces.size(); ++i) {
      // Not std::ranges: a charge that is no number belongs to the last range.
      const auto end = std::upper_bound(ends.begin(), ends.end(), values[i]);
      sums[static_cast<std::size_t>(end - ends.begin())] += surfaces[i];
    }
    add(sums);
  }
  std::vector<float> take() { return std::move(values_); }

 private:
  std::vector<float> values_;
};

void add_rings(const Structure& structure, Row& row) {
  const RingCounts rings = ring_counts(structure);
  for (const int count : {rings.rings, rings.aromatic, rings.aliphatic, rings.saturated, rings.heterocycles,
                          rings.aromatic_heterocycles, rings.aromatic_carbocycles,
                          rings.saturated_heterocycles, rings.saturated_carbocycles}) {
    row.add(count);
  }
  row.add(descriptors::calcNumSpiroAtoms(structure.mol()));
  row.add(descriptors::calcNumBridgeheadAtoms(structure.mol()));
}

}  // namespace

std::vector<float> molecule_values(const Structure& structure, const AtomContributions& contributions) {
  const AtomTotals totals = totals_of(structure);
  const PatternCounts patterns = pattern_counts(structure);
  const Connectivity shape = connectivity(structure);
  const std::vector<double>& surfaces = contributions.approximate.atoms;
  Row row;
  row.add(totals.weight);
  row.add(structure.mol().getNumHeavyAtoms());
  row.add(totals.heteroatoms);
  row.add(contributions.crippen.total_logp);
  row.add(contributions.crippen.total_mr);
  row.add(contributions.polar.total);
  row.add(contributions.polar.total_with_s_and_p);
  row.add(contributions.approximate.total);
  for (const int count : {totals.acceptors, totals.donors, patterns.acceptors, patterns.donors,
                          patterns.rotatable_bonds, patterns.amide_bonds}) {
    row.add(count);
  }
  row.add(totals.fraction_csp3);
  add_rings(structure, row);
  row.add(shape.chi_v);
  row.add(shape.chi_n);
  row.add(shape.alpha);
  row.add(shape.kappa);
  row.add(shape.phi);
  row.add_split(surfaces, contributions.crippen.logp, kLogpEnds);
  row.add_split(surfaces, contributions.crippen.mr, kMrEnds);
  row.add_split(surfaces, contributions.charges, kChargeEnds);
  for (const int number : quantum_numbers(structure, patterns.rotatable_bonds)) row.add(number);
  return row.take();
}

std::span<const std::string> molecule_value_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const char* name : kNames) list.emplace_back(name);
    const auto add = [&](const char* name, std::size_t count) {
      for (std::size_t i = 1; i <= count; ++i) list.push_back(name + std::to_string(i));
    };
    add("slogp_vsa", kLogpEnds.size() + 1);
    add("smr_vsa", kMrEnds.size() + 1);
    add("peoe_vsa", kChargeEnds.size() + 1);
    add("mqn", kMqns);
    return list;
  }();
  return names;
}

}  // namespace plstm
