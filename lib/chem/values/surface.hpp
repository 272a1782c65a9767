#pragma once

#include <vector>

#include "chem/values/structure.hpp"

namespace plstm {

/// Contributions of atoms to the polar surface (Ertl et al., J. Med. Chem. 2000), as RDKit's getTPSAAtomContribs with
/// sulfur and phosphorus computes them.
struct PolarSurface {
  std::vector<double> atoms;
  double total = 0;  // without sulfur and phosphorus
  double total_with_s_and_p = 0;
};
PolarSurface polar_surface(const Structure& structure);

/// Contributions of atoms to the approximate surface (Labute, J. Mol. Graph. Model. 2000), as RDKit's
/// getLabuteAtomContribs with hydrogens computes them.
struct ApproximateSurface {
  std::vector<double> atoms;
  double total = 0;  // with what hydrogens contribute
};
ApproximateSurface approximate_surface(const Structure& structure);

}  // namespace plstm
