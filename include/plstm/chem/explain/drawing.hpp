#pragma once

#include <span>
#include <string>

#include <plstm/chem/molecule.hpp>

namespace plstm {

struct DrawingOptions {
  int width = 250;  ///< pixels, of the whole picture
  int height = 200;
  /// Text below the molecule, one line for each line of it. Any text is allowed: it is escaped, and lines that are too
  /// long are written smaller and then cut.
  std::string legend;

  bool operator==(const DrawingOptions&) const = default;
};

/// The structural formula as SVG, drawn by RDKit: an <svg> element without XML declaration, which may stand in HTML or,
/// written as UTF-8, in a file of its own. It has no ids, scripts or references, so several may stand on one page.
/// Coordinates are made anew, also for a molecule that was read with some. Of a molecule of more than 300 heavy atoms
/// the picture says only how many atoms it has: its formula would not be legible and would take long to lay out.
///
/// Thread-safe. The same molecule and options give the same bytes. Throws ConfigError if the options leave less than 40
/// pixels in width or height for the formula or ask for more than 20,000, and MoleculeError if RDKit cannot draw the
/// molecule.
std::string draw_molecule(const Molecule& molecule, const DrawingOptions& options = {});

/// The same with a disc behind every atom whose colour shows of_atoms[atom]: blue for negative values, white for 0, red
/// for positive ones. The colours reach their ends at -scale and scale, and values beyond have the colours of the ends. A
/// bar with these two numbers stands below the formula. Atoms are in the order of the SMILES or mol block.
///
/// Throws as draw_molecule does, ShapeError unless there is one value for each atom, and ConfigError unless all values
/// are finite and scale is finite and positive.
std::string draw_contributions(const Molecule& molecule, std::span<const double> of_atoms, double scale,
                               const DrawingOptions& options = {});

}  // namespace plstm
