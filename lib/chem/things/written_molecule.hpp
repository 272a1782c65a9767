#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/chem/molecule.hpp>

namespace plstm {

/// The atoms and bonds of a SMILES or mol block in their order, with the hydrogens that are written there and that a
/// Molecule counts at the atoms which carry them.
struct WrittenMolecule {
  std::vector<std::int32_t> atoms;  ///< [written atoms] index in the Molecule; -1 for such a hydrogen
  std::vector<std::int32_t>
      carriers;  ///< [written atoms] atom of the Molecule that carries it; -1 for others
  std::vector<std::int32_t>
      bonds;  ///< [written bonds] index in the Molecule; -1 for a bond of such a hydrogen
  std::vector<std::array<std::int32_t, 2>> ends;  ///< [written bonds] its written atoms
};

/// `molecule` must be what parse_smiles() makes of the SMILES. Throws MoleculeError if the atoms of the two are not the
/// same.
WrittenMolecule written_smiles(std::string_view smiles, const Molecule& molecule);

/// The same for parse_mol_block().
WrittenMolecule written_mol_block(const std::string& mol_block, const Molecule& molecule);

}  // namespace plstm
