#pragma once

#include <cstdint>
#include <vector>

#include "chem/values/structure.hpp"

namespace plstm {

/// Numbers of the surroundings of atoms up to `radius` bonds away, with chirality, each as often as it occurs (Rogers &
/// Hahn, J. Chem. Inf. Model. 2010): what RDKit's MorganFingerprints::getFingerprint counts. RDKit must have assigned
/// the stereochemistry of the molecule.
std::vector<std::uint32_t> surroundings(const Structure& structure, unsigned radius);

}  // namespace plstm
