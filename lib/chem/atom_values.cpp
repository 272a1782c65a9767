#include "chem/atom_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/core/error.hpp>

namespace plstm {

namespace {

constexpr std::array<std::string_view, kNumAtomValues> kAtomValueNames{"crippen_logp", "crippen_mr", "tpsa",
                                                                       "labute_asa", "gasteiger_charge"};

// Gasteiger's method has no parameters for some elements. Their neighbours' charges are not finite either.
double charge_of(double charge) {
  return std::isfinite(charge) ? std::clamp(charge, -1.0, 1.0) : 0.0;
}

// (value - shift) / scale, rounded to a grid that is far coarser than rounding errors. Sums over neighbours are
// computed in the order of the input, and the result must not depend on it.
float scaled(double value, double shift, double scale) {
  constexpr double kSteps = 4096;
  return static_cast<float>(std::round((value - shift) / scale * kSteps) / kSteps);
}

// A bond between two atoms of no element (*) has no length, so they have no surface.
void check_finite(std::span<const float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw MoleculeError(
        fmt::format("atom {} has no {}: the model needs molecules of elements, without bonds "
                    "between atoms written as *",
                    i / kNumAtomValues, kAtomValueNames[i % kNumAtomValues]));
  }
}

}  // namespace

std::vector<float> atom_values(const AtomContributions& contributions) {
  const std::size_t atoms = contributions.charges.size();
  std::vector<float> values;
  values.reserve(atoms * kNumAtomValues);
  for (std::size_t i = 0; i < atoms; ++i) {
    values.push_back(scaled(contributions.crippen.logp[i], 0, 0.5));
    values.push_back(scaled(contributions.crippen.mr[i], 3, 2));
    values.push_back(scaled(contributions.polar.atoms[i], 0, 10));
    values.push_back(scaled(contributions.approximate.atoms[i], 6, 3));
    values.push_back(scaled(charge_of(contributions.charges[i]), 0, 0.2));
  }
  check_finite(values);
  return values;
}

std::span<const std::string_view> atom_value_names() {
  return kAtomValueNames;
}

}  // namespace plstm
