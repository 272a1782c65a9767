#include "chem/values/contributions.hpp"

#include "chem/values/gasteiger.hpp"

namespace plstm {

AtomContributions::AtomContributions(const Structure& structure)
    : crippen(crippen_values(structure)),
      polar(polar_surface(structure)),
      approximate(approximate_surface(structure)),
      charges(gasteiger_charges(structure)) {}

}  // namespace plstm
