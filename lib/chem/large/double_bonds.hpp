#pragma once

#include <cstdint>

namespace RDKit {
class Bond;
class ROMol;
class RWMol;
}  // namespace RDKit

namespace plstm {

class Refinement;

/// Marks the bonds beside double bonds by the places of the atoms, where the molecule has such. For mol blocks.
void mark_by_places(RDKit::RWMol& mol);

/// What RDKit does with double bonds of a molecule that it sanitises, but in a time that is about linear: makes cis and
/// trans of the marks of the bonds beside them ("/" and "\" in SMILES), where the bond is in no ring of less than eight
/// atoms, and forgets the marks and all other stereochemistry of bonds.
void read_double_bonds(RDKit::RWMol& mol);

/// 1 or 2 for a double bond that is cis or trans, by the sides of those neighbours that come first in the refinement;
/// 0 for other bonds, and where two neighbours of one end are in one cell.
std::uint64_t configuration(const RDKit::ROMol& mol, const RDKit::Bond& bond, const Refinement& refinement);

/// Gives double bonds E and Z as RDKit does, by ranks of the atoms around them (P. Labute, J. Chem. Comput. Group 1996),
/// and forgets those with a configuration() of 0. Ranks are made finer a few times only; where that does not tell two
/// neighbours apart, the refinement orders them.
void name_double_bonds(RDKit::RWMol& mol, const Refinement& refinement);

}  // namespace plstm
