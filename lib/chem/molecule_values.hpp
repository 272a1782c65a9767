#pragma once

#include <vector>

#include "chem/values/contributions.hpp"
#include "chem/values/structure.hpp"

namespace plstm {

/// The columns of molecule_value_names().
std::vector<float> molecule_values(const Structure& structure, const AtomContributions& contributions);

}  // namespace plstm
