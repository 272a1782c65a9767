#include "chem/atom_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include <plstm/chem/featurizer.hpp>

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
  return values;
}

std::span<const std::string_view> atom_value_names() {
  return kAtomValueNames;
}

}  // namespace plstm
