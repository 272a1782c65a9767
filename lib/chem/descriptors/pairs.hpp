#pragma once

#include <cstdint>
#include <vector>

#include "chem/values/structure.hpp"

namespace plstm {

/// Numbers of pairs of atoms with their distance, each as often as it occurs (Carhart et al., J. Chem. Inf. Comput. Sci.
/// 1985): what RDKit's AtomPairs::getAtomPairFingerprint counts. Quadratic in the number of atoms.
std::vector<std::uint32_t> atom_pairs(const Structure& structure);

/// Numbers of paths of four atoms, each as often as it occurs (Nilakantan et al., J. Chem. Inf. Comput. Sci. 1987): what
/// RDKit's AtomPairs::getTopologicalTorsionFingerprint counts.
std::vector<std::uint64_t> torsions(const Structure& structure);

}  // namespace plstm
