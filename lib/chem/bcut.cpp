#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

// clang-format off: BCUT.h is empty unless this comes before
#include <RDGeneral/RDConfig.h>
// clang-format on
#include <GraphMol/Atom.h>
#include <GraphMol/Descriptors/BCUT.h>
#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/PartialCharges/GasteigerCharges.h>

#include <plstm/chem/bcut.hpp>

#include "chem/molecule_impl.hpp"

namespace plstm {
namespace {

float rounded(double value) {
  constexpr double kSteps = 1024;
  return std::isfinite(value) ? static_cast<float>(std::round(value * kSteps) / kSteps) : 0.0f;
}

}  // namespace

std::array<float, 10> bcut_values(const Molecule& molecule) {
  const RDKit::ROMol mol(rdkit_mol(molecule));  // RDKit leaves notes in the molecule
  std::vector<double> masses, charges(mol.getNumAtoms()), log_p(mol.getNumAtoms()), mr(mol.getNumAtoms());
  for (const RDKit::Atom* atom : mol.atoms()) masses.push_back(atom->getMass());
  RDKit::computeGasteigerCharges(mol, charges);
  RDKit::Descriptors::getCrippenAtomContribs(mol, log_p, mr);
  std::array<float, 10> values{};
  std::size_t place = 0;
  const auto add = [&](const std::pair<double, double>& ends) {
    values[place++] = rounded(ends.first);
    values[place++] = rounded(ends.second);
  };
  for (const std::vector<double>* diagonal : {&masses, &charges, &log_p, &mr}) {
    const bool known = std::ranges::all_of(*diagonal, [](double value) { return std::isfinite(value); });
    add(known ? RDKit::Descriptors::BCUT2D(mol, *diagonal) : std::pair(0.0, 0.0));
  }
  const auto [least, most] = std::ranges::minmax(charges);
  add({most, least});
  return values;
}

}  // namespace plstm
