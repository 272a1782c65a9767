#pragma once

#include <array>
#include <cstdint>

#include <plstm/chem/molecule.hpp>

namespace plstm {

/// For molecules with more atoms, bcut_values() does not compute eigenvalues: that would take minutes.
inline constexpr std::int32_t kMostBcutAtoms = 500;

/// Values that describe how properties are spread over the bonds of a molecule. The first eight are BCUT values:
/// the largest and the smallest eigenvalue of the Burden matrix, with atomic masses (Da), Gasteiger charges (e),
/// and Crippen contributions to log P and to the molar refractivity on its diagonal (Pearlman & Smith, J. Chem.
/// Inf. Comput. Sci. 1999). The last two are the largest and the smallest Gasteiger charge of an atom.
///
/// Values are rounded to 1/1024, so that they do not depend on the order of the atoms. They are 0 where RDKit has
/// no value, for example for charges next to elements without Gasteiger parameters. Eigenvalues take a time cubic
/// in the number of atoms, so they are 0 for molecules of more than kMostBcutAtoms, too.
std::array<float, 10> bcut_values(const Molecule& molecule);

}  // namespace plstm
