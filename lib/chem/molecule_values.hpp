#pragma once

#include <vector>

namespace RDKit {
class ROMol;
}

namespace plstm {

/// The columns of molecule_value_names().
std::vector<float> molecule_values(const RDKit::ROMol& mol);

}  // namespace plstm
