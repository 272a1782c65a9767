#pragma once

#include <vector>

namespace RDKit {
class ROMol;
}

namespace plstm {

/// Electrotopological state of each heavy atom (Kier & Hall, J. Chem. Inf. Comput. Sci. 1991):
///
///   I_i = ((2 / N)^2 dv + 1) / d           N the period, d the heavy neighbours, dv the valence electrons less hydrogens
///   S_i = I_i + sum_j (I_i - I_j) / r_ij^2     r_ij the number of atoms on a shortest path
///
/// An atom without heavy neighbours has I = 0.
std::vector<double> electrotopological_states(const RDKit::ROMol& mol);

}  // namespace plstm
