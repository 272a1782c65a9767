#pragma once

#include <array>

#include "chem/values/structure.hpp"

namespace plstm {

/// Connectivity and shape indices (Kier & Hall; Hall & Kier, Rev. Comput. Chem. 1991), as RDKit's calcChi0v to calcChi4v,
/// calcChi0n to calcChi4n, calcKappa1 to calcKappa3 and calcPhi compute them.
struct Connectivity {
  std::array<double, 5> chi_v{};  // by valence electrons of each element's period; [bonds of a path]
  std::array<double, 5> chi_n{};  // by valence electrons alone
  double alpha = 0;               // Hall and Kier's
  std::array<double, 3> kappa{};
  double phi = 0;
};

/// One walk over all paths of up to four bonds, in a time linear in their number.
Connectivity connectivity(const Structure& structure);

}  // namespace plstm
