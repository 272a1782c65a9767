#pragma once

#include <array>

#include "chem/values/structure.hpp"

namespace plstm {

/// The 42 molecular quantum numbers (Nguyen et al., ChemMedChem 2009), as RDKit's calcMQNs counts them, given the number
/// of rotatable bonds.
std::array<int, 42> quantum_numbers(const Structure& structure, int rotatable_bonds);

}  // namespace plstm
