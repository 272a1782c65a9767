#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <plstm/chem/molecule.hpp>

namespace plstm {

struct MoleculeFragment {
  std::vector<std::int32_t> atoms;  ///< indices in the molecule, ascending
  std::string smiles;  ///< of these atoms alone, as they are written in the molecule; it may be no molecule

  bool operator==(const MoleculeFragment&) const = default;
};

/// The parts of a molecule when all bonds are cut that the BRICS rules name (Degen et al., ChemMedChem 2008), in the order
/// of their first atoms. Every atom is in one of them. A molecule without such bonds is one fragment, or one for each of
/// its components. Thread-safe.
std::vector<MoleculeFragment> brics_fragments(const Molecule& molecule);

}  // namespace plstm
