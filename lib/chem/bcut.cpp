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

#include "chem/molecule_impl.hpp"
#include "chem/values/crippen.hpp"
#include "chem/values/gasteiger.hpp"
#include "chem/values/structure.hpp"

namespace plstm {
namespace {

float rounded(double value) {
  constexpr double kSteps = 1024;
  return std::isfinite(value) ? static_cast<float>(std::round(value * kSteps) / kSteps) : 0.0f;
}

}  // namespace

std::array<float, 10> bcut_values(const Molecule& molecule) {
  const RDKit::ROMol mol(rdkit_mol(molecule));  // RDKit stores properties in the molecule
  const Structure structure(mol);
  const CrippenValues crippen = crippen_values(structure);
  const std::vector<double> charges = gasteiger_charges(structure);
  std::vector<double> masses;
  for (const RDKit::Atom* atom : mol.atoms()) masses.push_back(atom->getMass());
  std::array<float, 10> values{};
  std::size_t place = 0;
  const auto add = [&](const std::pair<double, double>& ends) {
    values[place++] = rounded(ends.first);
    values[place++] = rounded(ends.second);
  };
  const bool few = molecule.num_atoms() <= kMostBcutAtoms;
  const std::array<const std::vector<double>*, 4> diagonals{&masses, &charges, &crippen.logp, &crippen.mr};
  for (const std::vector<double>* diagonal : diagonals) {
    const bool known =
        few && std::ranges::all_of(*diagonal, [](double value) { return std::isfinite(value); });
    add(known ? RDKit::Descriptors::BCUT2D(mol, *diagonal) : std::pair(0.0, 0.0));
  }
  const auto [least, most] = std::ranges::minmax(charges);
  add({most, least});
  return values;
}

}  // namespace plstm
