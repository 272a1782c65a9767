#pragma once

#include <string_view>
#include <vector>

#include <plstm/chem/molecule.hpp>
#include <plstm/graph/graph_count.hpp>

namespace plstm {

/// What a molecule has so many of, as a companion of networks reads it. The families are
///
///   0  the surroundings of atoms up to 3 bonds away, with R and S (Rogers & Hahn, J. Chem. Inf. Model. 2010)
///   1  pairs of atoms with their distance (Carhart et al., J. Chem. Inf. Comput. Sci. 1985)
///   2  torsions, paths of 4 atoms (Nilakantan et al., J. Chem. Inf. Comput. Sci. 1987)
///
/// A molecule of more than 300 heavy atoms has surroundings up to 1 bond and nothing else: the rest takes a time that is
/// quadratic or cubic in the number of atoms.
/// They are what RDKit's fingerprints count. Labels are hashes, so now and then two substructures share one. Counts
/// above kMostCount are that. The result does not depend on how the molecule is written.
std::vector<GraphCount> substructure_counts(const Molecule& molecule);

/// Names the definition above in model files.
inline constexpr std::string_view kSubstructureCounts = "morgan3c+pairs+torsions";

}  // namespace plstm
