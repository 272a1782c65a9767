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

}  // namespace plstm
