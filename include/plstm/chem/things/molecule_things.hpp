#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/nn/graphs/readout.hpp>

namespace plstm {

/// The atoms or bonds of a molecule whose values are learnt or predicted, in the order in which the SMILES or mol block
/// has them: the *rows* of the molecule. The graph numbers its nodes and edges in another way, and this says how.
///
/// A hydrogen that is written (as in "[H]O[H]") and that the graph does not have is no row. With
/// FeaturizeOptions::hydrogens every hydrogen is a row: the written ones at their places, the others after all that is
/// written, by the atoms that carry them. Bonds of hydrogens are treated alike. Bonds are in the order of RDKit: as
/// they are written in a SMILES, with those that close rings at the end.
///
/// Atoms that no numbering tells apart are of one class, such as the hydrogens of a methyl group or both ortho atoms of
/// a phenyl group. Canonical ranks break such ties at will, so in_input_order() (chem/things/thing_predictions.hpp)
/// takes the mean over a class. Stereocentres tell atoms apart, except where centres exist only relative to each other
/// (cis or trans across a ring).
struct MoleculeThings {
  Readout level = Readout::kNode;          ///< kNode: atoms, kEdge: bonds
  std::vector<std::int32_t> things = {};   ///< [rows] node or edge of the graph; each comes once
  std::vector<std::int32_t> classes = {};  ///< [nodes or edges] class of each, from 0
  /// [rows] number in the input, from 0. What is not written there is counted on.
  std::vector<std::int32_t> numbers = {};
  /// [rows] "C", or "C=O" of a bond, whose first atom is the one that is written first.
  std::vector<std::string> symbols = {};
  std::vector<std::int32_t> ends = {};  ///< of bonds: [rows, 2] numbers of their atoms in the input

  std::vector<std::int32_t> row_of_written = {};    ///< [atoms or bonds that are written] row, or -1
  std::vector<std::int32_t> rows_of_molecule = {};  ///< rows that the Molecule has itself, ascending

  std::size_t num_rows() const { return things.size(); }
};

/// Those of a molecule that parse_smiles() made of this SMILES and featurize() made the graph of. Throws MoleculeError
/// if the atoms of the SMILES are not those of the molecule (a standardised molecule has others), and ConfigError for
/// Readout::kGraph.
MoleculeThings things_of_smiles(std::string_view smiles, const Molecule& molecule,
                                const MolecularGraph& graph, Readout level);

/// The same for parse_mol_block().
MoleculeThings things_of_mol_block(const std::string& mol_block, const Molecule& molecule,
                                   const MolecularGraph& graph, Readout level);

/// The row of each entry of a list with so many values, -1 for one of a hydrogen that the graph does not have. A list
/// has a value for each row, for each atom (bond) that is written, or for each one of the Molecule, which counts
/// hydrogens at their atoms. Throws ShapeError "5 values for 3 atoms (9 with hydrogens)" for any other length.
std::vector<std::int32_t> rows_of_list(const MoleculeThings& things, std::size_t length);

}  // namespace plstm
