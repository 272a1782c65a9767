#pragma once

#include <vector>

#include "chem/values/crippen.hpp"
#include "chem/values/structure.hpp"
#include "chem/values/surface.hpp"

namespace plstm {

/// What atoms contribute to properties of the molecule. Values of atoms and of molecules both read them.
struct AtomContributions {
  explicit AtomContributions(const Structure& structure);

  CrippenValues crippen;
  PolarSurface polar;
  ApproximateSurface approximate;
  std::vector<double> charges;  // Gasteiger's; not finite for elements without parameters
};

}  // namespace plstm
