#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/molecule.hpp>

namespace plstm {

/// Larger molecules have no descriptors: some of them take a time that is cubic in the number of atoms.
inline constexpr std::int32_t kMostDescriptorAtoms = 300;

/// Names of the descriptors, in order; no two are equal. The groups, each with the prefix of its names:
///
///   molecule_value_names()                         sizes, counts, surfaces, shape indices
///   maccs_            166 public MACCS keys (Durant et al. 2002), 0 or 1
///   bcut_              10 Burden values and extreme partial charges (chem/bcut.hpp)
///   autocorr2d_       192 topological autocorrelations (Moreau & Broto 1980, Moran 1950, Geary 1954)
///   estate_vsa_        11 surfaces by ranges of the electrotopological state (Kier & Hall 1991)
///   erg_              315 pairs of pharmacophore points by distance (Stiefl et al. 2006)
///   fr_                   counts of functional groups, of RDKit's file FragmentDescriptors.csv
///   morgan_           512 counts of atom environments of radius 2, folded
///   pairs_            256 counts of atom pairs, folded (Carhart et al. 1985)
///   torsions_         128 counts of paths of four atoms, folded (Nilakantan et al. 1987)
///
/// RDKit computes all but the electrotopological state. Throws FileError if RDKit's data is not installed, naming the
/// file and how to get it. Thread-safe.
std::span<const std::string> descriptor_names();

/// The descriptors of a molecule, [descriptor_names()]; NaN where one is not defined. They are the same for every way of
/// writing the molecule but for rounding. Throws MoleculeError for more than kMostDescriptorAtoms heavy atoms, and what
/// descriptor_names() throws. Thread-safe.
std::vector<float> descriptors(const Molecule& molecule);

}  // namespace plstm
