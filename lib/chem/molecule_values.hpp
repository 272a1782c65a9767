#pragma once

#include <cstdint>
#include <vector>

namespace RDKit {
class ROMol;
}

namespace plstm {

/// The columns of molecule_value_names(), then `fingerprint_columns` counts of substructures.
std::vector<float> molecule_values(const RDKit::ROMol& mol, std::int32_t fingerprint_columns);

}  // namespace plstm
