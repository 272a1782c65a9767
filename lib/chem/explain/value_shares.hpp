#pragma once

#include <span>
#include <vector>

namespace RDKit {
class ROMol;
}

namespace plstm {

/// What each atom has of the values of the whole molecule (molecule_values_names()): [atoms, values], row-major. The
/// shares of a value add up to it.
///
///   sums over atoms (masses, Crippen's contributions, surfaces, counts of atoms)   the atom's own term, with that of its
///                                                                                 hydrogens
///   counts of bonds, rings and paths   each is divided equally among its atoms
///   shape indices                      the same for every atom
///
/// `values` are those of molecule_values(mol). Where RDKit's definition differs a little from the terms that are used
/// here, the terms are scaled; where there is no term at all, all atoms have the same share.
std::vector<double> value_shares(const RDKit::ROMol& mol, std::span<const float> values);

}  // namespace plstm
