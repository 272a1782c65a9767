#include "plstm/chem/bcut.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

// clang-format off: BCUT.h is empty unless this header comes first
#include <RDGeneral/RDConfig.h>
// clang-format on
#include <GraphMol/Atom.h>
#include <GraphMol/Descriptors/BCUT.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/PartialCharges/GasteigerCharges.h>

#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

float rounded(double value) {
  constexpr double kSteps = 1024;
  return std::isfinite(value) ? static_cast<float>(std::round(value * kSteps) / kSteps) : 0.0f;
}

// One value of each atom.
struct AtomProperties {
  std::vector<double> masses, charges, log_p, refractivity;
};

AtomProperties properties_of(const RDKit::ROMol& mol) {
  const std::size_t atoms = mol.getNumAtoms();
  AtomProperties properties{
      {}, std::vector<double>(atoms), std::vector<double>(atoms), std::vector<double>(atoms)};
  for (const RDKit::Atom* atom : mol.atoms()) properties.masses.push_back(atom->getMass());
  RDKit::computeGasteigerCharges(mol, properties.charges);
  RDKit::Descriptors::getCrippenAtomContribs(mol, properties.log_p, properties.refractivity);
  return properties;
}

}  // namespace

std::array<float, 10> bcut_values(const Molecule& molecule) {
  const RDKit::ROMol mol(rdkit_mol(molecule));  // RDKit stores properties in the molecule
  const AtomProperties properties = properties_of(mol);
  std::array<float, 10> values{};
  std::size_t place = 0;
  const auto add = [&](const std::pair<double, double>& ends) {
    values[place++] = rounded(ends.first);
    values[place++] = rounded(ends.second);
  };
  const bool few = molecule.num_atoms() <= kMostBcutAtoms;
  for (const auto* diagonal :
       {&properties.masses, &properties.charges, &properties.log_p, &properties.refractivity}) {
    const bool known =
        few && std::ranges::all_of(*diagonal, [](double value) { return std::isfinite(value); });
    add(known ? RDKit::Descriptors::BCUT2D(mol, *diagonal) : std::pair(0.0, 0.0));
  }
  const auto [least, most] = std::ranges::minmax(properties.charges);
  add({most, least});
  return values;
}

}  // namespace plstm
