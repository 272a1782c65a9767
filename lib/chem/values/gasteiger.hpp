#pragma once

#include <vector>

#include "chem/values/structure.hpp"

namespace plstm {

/// Gasteiger's partial charges of the atoms after twelve iterations (Gasteiger & Marsili, Tetrahedron 1980), as RDKit's
/// computeGasteigerCharges gives them. They are not finite where RDKit has no parameters for an element.
std::vector<double> gasteiger_charges(const Structure& structure);

}  // namespace plstm
