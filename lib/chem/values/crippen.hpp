#pragma once

#include <vector>

#include "chem/values/structure.hpp"

namespace plstm {

/// Crippen's contributions to logP and molar refractivity (Wildman & Crippen, J. Chem. Inf. Comput. Sci. 1999).
struct CrippenValues {
  std::vector<double> logp;  // [atoms]
  std::vector<double> mr;    // [atoms]
  double total_logp = 0;     // with hydrogens that are no atoms of the molecule
  double total_mr = 0;
};

/// The values of RDKit's getCrippenAtomContribs and calcCrippenDescriptors, which match about 110 SMARTS patterns. Here
/// the type of an atom is decided by its neighbours; the contribution of a type is RDKit's. They differ where RDKit
/// stops after 1,000 matches of a pattern, as it does for molecules of hundreds of like atoms.
CrippenValues crippen_values(const Structure& structure);

}  // namespace plstm
