#pragma once

#include <span>
#include <string>
#include <vector>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule.hpp>

namespace plstm {

/// The molecules of a row, such as a solute and its solvent, standardised as the options say.
struct MoleculeRow {
  std::vector<Molecule> molecules;  ///< in the order of FeaturizeOptions::molecules
  std::string
      standardized;  ///< row_text() of what standardising has made of them; empty if it changed nothing
};

/// Reads the SMILES of a row. Throws MoleculeError, which names the molecule if there are several, and ShapeError unless
/// there is a SMILES for each of FeaturizeOptions::molecules.
MoleculeRow read_row(std::span<const std::string> smiles, const FeaturizeOptions& options);

/// "CCO.O": the SMILES of a row in one, which is a SMILES of all molecules together with their atoms counted through. One
/// SMILES stays as it is; of several, names behind a blank are left out.
std::string row_text(std::span<const std::string> smiles);

/// What is equal for rows of equal molecules in the same order: "CCO + O" of canonical SMILES.
std::string canonical_row(std::span<const Molecule> row);

}  // namespace plstm
