#pragma once

#include <array>
#include <cstdint>

#include <plstm/chem/molecule.hpp>

namespace plstm {

/// bcut_values() of more atoms are not computed: it would take minutes.
inline constexpr std::int32_t kMostBcutAtoms = 500;

/// How properties are spread over the bonds of a molecule. BCUT values: the largest and the smallest
/// eigenvalue of the Burden matrix with atomic masses (Da), Gasteiger charges (e), Crippen contributions to
/// log P and to the molar refractivity on its diagonal (Pearlman & Smith, J. Chem. Inf. Comput. Sci. 1999);
/// then the largest and the smallest Gasteiger charge of an atom.
///
/// Rounded to 1/1024, so that the order of the atoms does not show; 0 where RDKit has no value, as for
/// charges next to elements without Gasteiger parameters. Eigenvalues take a time cubic in the number of
/// atoms: those of more than kMostBcutAtoms are 0, too.
std::array<float, 10> bcut_values(const Molecule& molecule);

}  // namespace plstm
