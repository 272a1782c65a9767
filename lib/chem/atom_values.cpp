#include "chem/atom_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/PartialCharges/GasteigerCharges.h>

#include <plstm/chem/featurizer.hpp>

namespace plstm {

namespace {

constexpr std::array<std::string_view, kNumAtomValues> kAtomValueNames{"crippen_logp", "crippen_mr", "tpsa",
                                                                       "labute_asa", "gasteiger_charge"};

// Gasteiger's method has no parameters for some elements. Molecules with such elements get no charges.
std::vector<double> charges_of(RDKit::ROMol& mol) {
  constexpr int kIterations = 12;
  std::vector<double> charges(mol.getNumAtoms(), 0.0);
  try {
    RDKit::computeGasteigerCharges(mol, charges, kIterations, false);
  } catch (const std::exception&) {
    std::ranges::fill(charges, 0.0);
  }
  for (double& charge : charges) charge = std::isfinite(charge) ? std::clamp(charge, -1.0, 1.0) : 0.0;
  return charges;
}

// (value - shift) / scale, rounded to a grid that is far coarser than rounding errors. Sums over neighbours are
// computed in the order of the input, and the result must not depend on it.
float scaled(double value, double shift, double scale) {
  constexpr double kSteps = 4096;
  return static_cast<float>(std::round((value - shift) / scale * kSteps) / kSteps);
}

}  // namespace

std::vector<float> atom_values(const RDKit::ROMol& mol) {
  RDKit::ROMol copy(mol);  // RDKit stores properties in the molecule
  const std::size_t atoms = copy.getNumAtoms();
  std::vector<double> logp(atoms), mr(atoms), tpsa(atoms), asa(atoms);
  double hydrogen_asa = 0;
  RDKit::Descriptors::getCrippenAtomContribs(copy, logp, mr, true);
  RDKit::Descriptors::getTPSAAtomContribs(copy, tpsa, false, true);
  RDKit::Descriptors::getLabuteAtomContribs(copy, asa, hydrogen_asa, true, true);
  const std::vector<double> charges = charges_of(copy);
  std::vector<float> values;
  values.reserve(atoms * kNumAtomValues);
  for (std::size_t i = 0; i < atoms; ++i) {
    values.push_back(scaled(logp[i], 0, 0.5));
    values.push_back(scaled(mr[i], 3, 2));
    values.push_back(scaled(tpsa[i], 0, 10));
    values.push_back(scaled(asa[i], 6, 3));
    values.push_back(scaled(charges[i], 0, 0.2));
  }
  return values;
}

std::span<const std::string_view> atom_value_names() {
  return kAtomValueNames;
}

}  // namespace plstm
