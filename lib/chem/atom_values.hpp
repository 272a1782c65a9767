#pragma once

#include <vector>

#include "chem/values/contributions.hpp"

namespace plstm {

inline constexpr int kNumAtomValues = 5;

/// The columns of atom_value_names() for every atom, [atoms, kNumAtomValues], in the order of the molecule.
std::vector<float> atom_values(const AtomContributions& contributions);

}  // namespace plstm
