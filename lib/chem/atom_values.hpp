#pragma once

#include <vector>

namespace RDKit {
class ROMol;
}

namespace plstm {

inline constexpr int kNumAtomValues = 5;

/// The columns of atom_value_names() for every atom, [atoms, kNumAtomValues], in the order of the molecule.
std::vector<float> atom_values(const RDKit::ROMol& mol);

}  // namespace plstm
