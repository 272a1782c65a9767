#pragma once

#include <memory>

#include <GraphMol/ROMol.h>

#include <plstm/chem/molecule.hpp>

namespace plstm {

struct Molecule::Impl {
  std::unique_ptr<const RDKit::ROMol> mol;
};

inline const RDKit::ROMol& rdkit_mol(const Molecule& molecule) {
  return *molecule.impl().mol;
}

/// True for stereocentres that exist only relative to each other (cis or trans across a ring).
inline bool has_ring_stereo(const RDKit::ROMol& mol) {
  for (const RDKit::Atom* atom : mol.atoms()) {
    if (atom->hasProp(RDKit::common_properties::_ringStereoAtoms)) return true;
  }
  return false;
}

}  // namespace plstm
