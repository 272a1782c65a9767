#include "chem/descriptors/electrotopological_state.hpp"

#include <cstddef>

#include <GraphMol/GraphMol.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/PeriodicTable.h>

namespace plstm {
namespace {

constexpr double kNoPath = 1e6;  // RDKit has larger distances between atoms of different fragments

int period_of(int atomic_number) {
  constexpr int kNobleGases[] = {2, 10, 18, 36, 54, 86};
  int period = 1;
  for (const int last : kNobleGases) period += atomic_number > last ? 1 : 0;
  return period;
}

double intrinsic_state(const RDKit::Atom& atom) {
  const auto neighbours = static_cast<double>(atom.getDegree());
  if (neighbours == 0 || atom.getAtomicNum() == 0) return 0;
  const int outer = RDKit::PeriodicTable::getTable()->getNouterElecs(atom.getAtomicNum());
  const double valence = outer - static_cast<int>(atom.getTotalNumHs());
  const double period = period_of(atom.getAtomicNum());
  return (4 / (period * period) * valence + 1) / neighbours;
}

}  // namespace

std::vector<double> electrotopological_states(const RDKit::ROMol& mol) {
  const std::size_t atoms = mol.getNumAtoms();
  std::vector<double> intrinsic(atoms);
  for (const RDKit::Atom* atom : mol.atoms()) intrinsic[atom->getIdx()] = intrinsic_state(*atom);
  const double* distances = RDKit::MolOps::getDistanceMat(mol);
  std::vector<double> states = intrinsic;
  for (std::size_t i = 0; i < atoms; ++i) {
    for (std::size_t j = 0; j < atoms; ++j) {
      const double path = distances[i * atoms + j] + 1;
      if (path < kNoPath) states[i] += (intrinsic[i] - intrinsic[j]) / (path * path);
    }
  }
  return states;
}

}  // namespace plstm
